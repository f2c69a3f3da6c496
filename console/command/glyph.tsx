/**
 * A kind of incident as its one character; urgency by frame and fill, red only for the highest.
 *
 * @param label  empty where the words stand beside it
 */
import type { CategoryView } from '#modules/dispatch/contract.ts'

export function Glyph({ category, priority, label, large }: { readonly category: CategoryView | undefined; readonly priority: number; readonly label: string; readonly large?: boolean }) {
  return (
    <span className={`glyph priority-${priority}${large ? ' glyph-large' : ''}`} {...(label ? { role: 'img', 'aria-label': label, title: label } : { 'aria-hidden': true })}>
      {category?.glyph ?? '·'}
    </span>
  )
}
