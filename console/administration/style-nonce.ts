/**
 * Lets the style elements that Ant Design's parts make for themselves through the strict policy.
 *
 * Ant Design takes the nonce by `ConfigProvider csp`, but some of its parts (the scroll-bar measure of tables, the
 * scroll lock of drawers: `updateCSS` in @rc-component/util without `csp`) make style elements without it. They are
 * given it here. Nothing is opened by that: whoever runs script in the page can read the nonce anyway.
 */
export function giveStylesNonce(nonce: string): void {
  if (!nonce) return
  const create = document.createElement
  document.createElement = function (this: Document, name: string, options?: ElementCreationOptions) {
    const element = create.call(this, name, options)
    if (element instanceof HTMLStyleElement) element.nonce = nonce
    return element
  } as typeof document.createElement // the overloads are the original's
}
