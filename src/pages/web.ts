import { openWebSocketPipe } from './pipe-websocket.ts';
import { checkSignedIn, signIn, takeToken } from './sign-in.ts';
import { startPage } from './start-page.ts';

let token = takeToken(window);

startPage(window, {
  clientName: 'web',
  connect: async () => {
    if (token !== undefined) {
      await signIn(token);
      token = undefined;
    }
    await checkSignedIn();
    return await openWebSocketPipe(`ws://${location.host}/rpc`);
  },
});
