import { createPortSource } from './port-source.ts';
import { startPage } from './start-page.ts';

let retry = (): void => undefined;
const ports = createPortSource(window, () => retry());

retry = startPage(window, { clientName: 'desktop', connect: () => ports.connect() });
