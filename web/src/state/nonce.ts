/** The nonce of this document, which styles made by the page need. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";

// Ant Design takes it by ConfigProvider; two places below it (the lock of scrolling, the width of a scroll
// bar) make a style element without asking, and the browser would refuse it.
const create = document.createElement.bind(document);
document.createElement = ((name: string, options?: ElementCreationOptions) => {
  const made = create(name, options);
  if (made instanceof HTMLStyleElement && nonce) made.nonce = nonce;
  return made;
}) as typeof document.createElement;
