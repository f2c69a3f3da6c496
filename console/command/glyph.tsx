/**
 * A kind of incident as its one character; urgency by frame and fill, red only for the highest.
 *
 * @param label  empty where the words stand beside it
 */
import type { CategoryView } from '#modules/dispatch/contract.ts'
import { useLanguage } from '#ui/i18n.ts'
import { categoryMark } from './words.ts'

export function Glyph({ category, priority, label, large }: { readonly category: CategoryView | undefined; readonly priority: number; readonly label: string; readonly large?: boolean }) {
  const { language } = useLanguage()
  return (
    <span className={`glyph priority-${priority}${large ? ' glyph-large' : ''}`} {...(label ? { role: 'img', 'aria-label': label, title: label } : { 'aria-hidden': true })}>
      {categoryMark(category, language)}
    </span>
  )
}
