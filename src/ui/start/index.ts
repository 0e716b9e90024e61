export { DemoGuide } from './demo-guide.tsx';
export { NewSessionPage } from './new-session-page.tsx';
export { WelcomePage } from './welcome-page.tsx';
