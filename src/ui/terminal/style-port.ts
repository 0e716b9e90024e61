/**
 * Lets a library that writes styles as text live under a policy that allows none but those of files.
 *
 * Promises: as long as it is on, a `style` element that is created becomes a style sheet of the document, and a `style`
 * attribute of a `span` is set as properties, neither of which the policy forbids, because a script of ours does it and
 * nothing is parsed from the page. Without it the policy would have to allow any style that is written into the page,
 * and so those of strangers too. It does not reach what is parsed as HTML; the page parses none.
 */
let users = 0;

/** Turns it on until the result is called. */
export function holdStylePort(own: Document): () => void {
  users += 1;
  if (users === 1) own.createElement = (tag: string) => createElement(own, tag);
  let isHeld = true;
  return () => {
    if (isHeld) users -= 1;
    isHeld = false;
    // behind it is the method that every document has
    if (users === 0) Reflect.deleteProperty(own, 'createElement');
  };
}

function createElement(own: Document, tag: string): HTMLElement {
  if (tag === 'style') return createSheetElement(own);
  const element = Document.prototype.createElement.call(own, tag);
  if (tag !== 'span') return element;
  element.setAttribute = (name, value) => {
    if (name === 'style') element.style.cssText = value;
    else Element.prototype.setAttribute.call(element, name, value);
  };
  return element;
}

/** Stands in the page where the style element would; its text is a sheet of the document as long as it is there. */
function createSheetElement(own: Document): HTMLElement {
  const element = Document.prototype.createElement.call(own, 'span');
  element.hidden = true;
  const sheet = new CSSStyleSheet();
  own.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, 'textContent', { set: (text: string) => sheet.replaceSync(text) });
  element.remove = () => {
    own.adoptedStyleSheets = own.adoptedStyleSheets.filter((other) => other !== sheet);
    Element.prototype.remove.call(element);
  };
  return element;
}
