import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ArticlePlace, createArticlePlace } from '../support/article-place.ts';
import { expectShown, maskText, type Printed, runLine } from './docs-examples.ts';

/** A login as the pages mean it: `sallyport` on the PATH, a folder `~/shop` under git. */
export interface DocsPlace extends ArticlePlace {
  readonly shop: string;
  /** Types a line of a page, in `~/shop` unless another folder is named. */
  type(line: string, cwd?: string): Promise<Printed>;
  /** Expects the lines of a page in what was printed. */
  shows(printed: string, shown: string): void;
  /** As the page would show it. */
  mask(text: string): string;
  writeRules(name: string, text: string): void;
}

const INDEX = "console.log('ok');\n";

export async function createDocsPlace(): Promise<DocsPlace> {
  const place = await createArticlePlace();
  place.addProgram('sallyport', [`exec ${place.cli} "$@"`]);
  const node = dirname(process.execPath);
  Object.assign(place.env, { PATH: `${place.env['PATH']}:${node}`, HOSTNAME: 'here' });
  const shop = join(place.user, 'shop');
  mkdirSync(join(shop, 'dist'), { recursive: true });
  writeFileSync(join(shop, 'index.js'), INDEX);
  writeFileSync(join(shop, 'dist', 'page.html'), '<p>\n');
  const git = (...words: string[]): void => void execFileSync('git', ['-C', shop, ...words]);
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', 'commit', '-q', '-m', 'first');
  const places = { [place.home]: '/home/ada/.sallyport', [place.user]: '/home/ada' };
  return {
    ...place,
    shop,
    type: (line, cwd = shop) => runLine(line, { env: place.env, cwd }),
    shows: (printed, shown) => expectShown(printed, shown, places),
    mask: (text) => maskText(text, places),
    writeRules: (name, text) => {
      mkdirSync(join(place.home, 'rules'), { recursive: true });
      writeFileSync(join(place.home, 'rules', name), text);
    },
  };
}
