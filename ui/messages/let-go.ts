/**
 * Hear once when what was pressed is let go. A browser that takes the pointer away, to ask for something or to scroll, lets
 * nothing go: what is pressed next is another press.
 *
 * @returns hear no more
 */
export function onLetGo(target: EventTarget, letGo: () => void): () => void {
  const forget = () => {
    target.removeEventListener('pointerup', up)
    target.removeEventListener('pointercancel', forget)
  }
  const up = () => {
    forget()
    letGo()
  }
  target.addEventListener('pointerup', up)
  target.addEventListener('pointercancel', forget)
  return forget
}
