export { createEngineClient, type EngineClient, type EventListener } from './engine-client.ts';
