/** The command line: says at every key what it would do, and does it on Enter. */
import { memo, useEffect, useImperativeHandle, useMemo, useRef, useState, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import type { UnitView } from '#modules/units/contract.ts'
import { isComposing } from '#ui/composing.ts'
import { useLanguage } from '#ui/i18n.ts'
import { useInboxPart } from '#ui/messages/inbox-context.tsx'
import { Icon, Kbd, Spinner } from '#ui/primitives.ts'
import { useView } from '../router.ts'
import { readLine } from './command-line.ts'
import type { Command, NamedUnit, Saying, Vocabulary } from './line-types.ts'
import type { Room } from './room.ts'
import { useMovedSlowly, useRoom, useRoomPart } from './room-context.tsx'
import { categoryName, placeName } from './words.ts'

export type CommandBarHandle = { readonly focus: (line?: string) => void }

export type CommandBarProps = {
  /** Does it; throws what went wrong, which is said in a toast, and the line stays. */
  readonly onCommand: (command: Command) => Promise<void>
  readonly ref?: Ref<CommandBarHandle>
}

export const CommandBar = memo(function CommandBar({ onCommand, ref }: CommandBarProps) {
  const { t } = useTranslation('command')
  const words = useVocabulary()
  const [line, setLine] = useState('')
  const [at, setAt] = useState(-1)
  const [open, setOpen] = useState(false)
  /** Lines that the server works on. */
  const [underWay, setUnderWay] = useState(0)
  const last = useRef<Promise<void>>(Promise.resolve())
  const busy = underWay > 0
  const [earlier, setEarlier] = useState<readonly string[]>([])
  const [back, setBack] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  const say = useSay()

  useImperativeHandle(ref, () => ({
    focus(text) {
      if (text !== undefined) setLine(text)
      setOpen(true)
      input.current?.focus()
    },
  }), [])

  useMovedSlowly(open) // whether a unit is stale changes without its view changing
  const reading = readLine(line, words)
  useEffect(() => setAt(-1), [line])
  const completions = open ? reading.completions : []

  const run = async () => {
    const { command } = reading
    if (!command) return
    setUnderWay((count) => count + 1)
    setLine('') // at once: what is typed while the server works is the next line, and is sent after this one
    const mine = last.current.then(() => onCommand(command))
    last.current = mine.then(() => {}, () => {})
    try {
      await mine
      setEarlier((old) => [line, ...old.filter((each) => each !== line)].slice(0, 20))
      setBack(-1)
    } catch {
      // said in a toast; the line comes back as it was typed, unless another was begun
      setLine((next) => (next === '' ? line : next))
    } finally {
      setUnderWay((count) => count - 1)
      input.current?.focus()
    }
  }
  const take = (index: number) => {
    const completion = completions[index]
    if (completion) setLine(completion.line)
    input.current?.focus()
  }

  return (
    <div className="command-bar" role="region" aria-label={t('line.label')}>
      {completions.length > 0 ? (
        <ul className="completions" id="completions" role="listbox" aria-label={t('line.completions')}>
          {completions.map((completion, index) => (
            <li key={completion.line} id={`completion-${index}`} role="option" aria-selected={index === at} className="completion" onMouseDown={(event) => event.preventDefault()} onClick={() => take(index)}>
              <b>{completion.label}</b>
              <span>{hintWords(completion.hint, t)}</span>
            </li>
          ))}
        </ul>
      ) : null}
      <Icon name="chevron-right" />
      <input
        ref={input}
        className="command-input"
        value={line}
        placeholder={t('line.placeholder')}
        aria-label={t('line.label')}
        role="combobox"
        aria-expanded={completions.length > 0}
        aria-controls="completions"
        aria-activedescendant={at >= 0 ? `completion-${at}` : undefined}
        aria-describedby="line-preview"
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="none"
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onChange={(event) => {
          setOpen(true)
          setLine(event.target.value)
        }}
        onKeyDown={(event) => {
          if (isComposing(event)) return // Enter belongs to the input method
          switch (event.key) {
            case 'Enter':
              event.preventDefault()
              if (at >= 0) take(at)
              else if (reading.status === 'ready') void run()
              else if (completions.length === 1) take(0)
              break
            case 'Tab':
              if (event.shiftKey || completions.length === 0 || line === '') break
              event.preventDefault()
              take(Math.max(0, at))
              break
            case 'ArrowDown':
              event.preventDefault()
              if (back >= 0) recall(back - 1)
              else setAt(Math.min(completions.length - 1, at + 1))
              break
            case 'ArrowUp':
              event.preventDefault()
              if (at < 0 && (line === '' || back >= 0)) recall(back + 1)
              else setAt(Math.max(-1, at - 1))
              break
            case 'Escape':
              event.preventDefault()
              event.stopPropagation()
              if (line === '') input.current?.blur()
              else setLine('')
              setOpen(false)
              break
          }
        }}
      />
      <div className={`line-preview is-${reading.status}`} id="line-preview" role="status">
        {busy ? <Spinner size={14} /> : reading.status === 'wrong' ? <Icon name="alert" size={14} /> : reading.status === 'ready' ? <Icon name="chevron-right" size={14} /> : null}
        {reading.saying ? <span className="line-saying">{say(reading.saying)}</span> : null}
        {reading.warnings.map((warning) => (
          <span key={say(warning)} className="line-warning">
            {say(warning)}
          </span>
        ))}
        {reading.status === 'ready' ? <Kbd keys="enter" /> : null}
      </div>
      {line === '' ? (
        <span className="line-keys">
          <Kbd keys="/" />
        </span>
      ) : null}
    </div>
  )

  function recall(index: number) {
    const next = Math.min(earlier.length - 1, index)
    setBack(next)
    setLine(next < 0 ? '' : (earlier[next] ?? ''))
  }
})

/** A hint is a word of the catalogue or the thing's own name. */
function hintWords(hint: string, t: (key: string, options?: Record<string, unknown>) => string): string {
  if (/^(unitState|assignmentState|outcome)\./.test(hint)) return t(hint, { ns: 'common' })
  return hint.startsWith('verb.') || hint === 'all-units' ? t(`line.${hint}`) : hint
}

/** Sentences of the grammar; a parameter that is itself a word of the catalogue is looked up first. */
function useSay() {
  const { t } = useTranslation('command')
  return (saying: Saying): string => {
    const params = Object.fromEntries(Object.entries(saying.params).map(([key, value]) => [key, /^(assignmentState|outcome)\.[a-z-]+$/.test(value) ? t(value, { ns: 'common' }) : value]))
    return t(`line.${saying.key}`, params)
  }
}

function useVocabulary(): Vocabulary {
  const { language } = useLanguage()
  const incident = useView((view) => view.incident)
  const room = useRoom()
  const incidents = useRoomPart((state) => state.incidents)
  const units = useRoomPart((state) => state.units)
  const categories = useRoomPart((state) => state.categories)
  const agencies = useRoomPart((state) => state.agencies)
  const closures = useRoomPart((state) => state.closures)
  const groups = useInboxPart((state) => state.channels)
  // made when a line is first read: a room of 20,000 changes more often than somebody types
  const named = useMemo(() => once(() => [...units.values()].map((unit) => new WatchedUnit(unit, room.glides))), [room, units])
  return useMemo(
    () => ({
      incidents: [...incidents.values()].map((each) => ({
        id: each.id,
        number: each.number,
        open: each.status !== 'closed',
        openedAt: each.openedAt,
        title: `${categoryName(categories.find(({ id }) => id === each.category), language)} · ${placeName(each, language)}`,
      })),
      get units() {
        return named()
      },
      categories: categories.filter(({ active }) => active),
      stations: agencies.filter(({ kind }) => kind === 'station'),
      channels: [
        ...[...groups.values()].filter(({ kind, closedAt }) => kind === 'group' && closedAt === null).map(({ id, name }) => ({ id, name, nameEn: null })),
        ...agencies.map(({ id, name, nameEn }) => ({ id: `agency-${id}`, name, nameEn })),
      ],
      closures: [...closures.values()],
      selected: incident,
      language: language === 'en' ? 'en' : 'zh',
    }),
    [incidents, named, categories, agencies, closures, groups, incident, language],
  )
}

/** A unit as a line names it; whether it is stale follows from its newest fix. */
class WatchedUnit implements NamedUnit {
  readonly id
  readonly callSign
  readonly state
  readonly assignment
  readonly incident
  readonly #handle
  readonly #glides
  constructor({ id, callSign, state, assignment, incident, handle }: UnitView, glides: Room['glides']) {
    this.id = id
    this.callSign = callSign
    this.state = state
    this.assignment = assignment
    this.incident = incident
    this.#handle = handle
    this.#glides = glides
  }
  get stale(): boolean {
    return this.#glides.get(this.#handle)?.stale ?? true
  }
}

/** What a function gives, found out when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly it: T } | undefined
  return () => (made ??= { it: make() }).it
}
