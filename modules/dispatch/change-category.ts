import { holds, system, type Actor } from '#kernel/actor.ts'
import { refuse } from '#kernel/decision.ts'
import { category, change, create, seededCategories } from './category.ts'
import type { CategoryView, ChangeCategory, NewCategory } from './contract.ts'
import { commandOf, type HandlerDeps } from './deps.ts'

/** Kinds are the whole house's: only an administrator of the top of the tree changes them. */
const topOf = (actor: Actor) =>
  actor.grants.find((grant) => grant.role === 'administrator' && !grant.agency.includes('.') && holds(actor, ['administrator'], grant.agency))?.agency

export function createCategory(deps: Pick<HandlerDeps, 'journal' | 'now'>, actor: Actor, asked: NewCategory) {
  const at = deps.now()
  return deps.journal.act(commandOf('create-category', { ...asked, actor }, at), async (tx) => {
    const top = topOf(actor)
    if (top === undefined) return refuse('not-allowed')
    const stream = `category/${asked.id}`
    const { commandId: _, ...facts } = asked
    const decision = create(await tx.load(stream, category), { needs: [], questions: [], order: 1000, pinyin: '', ...facts }, at)
    if ('refused' in decision) return decision
    tx.append(stream, top, decision.events)
    return { answer: { id: asked.id } }
  })
}

export function changeCategory(deps: Pick<HandlerDeps, 'journal' | 'now'>, actor: Actor, id: string, asked: ChangeCategory) {
  const at = deps.now()
  return deps.journal.act(commandOf('change-category', { ...asked, actor }, at), async (tx) => {
    const top = topOf(actor)
    if (top === undefined) return refuse('not-allowed')
    const stream = `category/${id}`
    const { commandId: _, ...facts } = asked
    const decision = change(await tx.load(stream, category), facts as Partial<Omit<CategoryView, 'id'>>, at)
    if ('refused' in decision) return decision
    tx.append(stream, top, decision.events)
    return { answer: { id } }
  })
}

/** The seed, once in the life of a journal: its command id is always the same. */
export function seedCategories(deps: Pick<HandlerDeps, 'journal' | 'now'>) {
  const at = deps.now()
  return deps.journal.act({ id: 'seed-dispatch-categories', actor: system, at }, async (tx) => {
    for (const facts of seededCategories) {
      const stream = `category/${facts.id}`
      const decision = create(await tx.load(stream, category), facts, at)
      if (!('refused' in decision)) tx.append(stream, 'system', decision.events)
    }
    return { answer: null }
  })
}
