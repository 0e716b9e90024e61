import { useEffect } from 'react';
import { useLive, useLocal } from '../local/index.ts';

/** Puts what a person chose for the look on the root element, and what waits into the title of the window. */
export function useLook(): void {
  const theme = useLocal((ui) => ui.theme);
  const textSize = useLocal((ui) => ui.textSize);
  const density = useLocal((ui) => ui.density);
  const waiting = useLive((view) => view.approvals.length);
  useEffect(() => {
    const { dataset, style } = document.documentElement;
    if (theme === 'system') delete dataset['theme'];
    else dataset['theme'] = theme;
    dataset['density'] = density;
    style.setProperty('--text-scale', String(textSize / 100));
  }, [theme, textSize, density]);
  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) Sallyport` : 'Sallyport';
  }, [waiting]);
}
