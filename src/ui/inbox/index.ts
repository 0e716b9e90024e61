export { InboxPage } from './inbox-page.tsx';
export { PopoverPage } from './popover-page.tsx';
