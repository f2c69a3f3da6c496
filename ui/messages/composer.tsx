/** Write, show or say something: text, a picture, a voice note. What could not be sent stays. */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, IconButton, useToasts } from '../primitives.ts'
import { textMax, voiceSecondsMax } from '#modules/messages/contract.ts'
import { isComposing } from '../composing.ts'
import { onLetGo } from './let-go.ts'
import { cannotRecord, record, type Recorder, type Recording } from './recorder.ts'

export type ComposerProps = {
  /** Of the channel, as it is said. */
  readonly name: string
  readonly disabledBecause?: string | undefined
  readonly autoFocus?: boolean
  readonly large?: boolean
  readonly onText: (text: string) => Promise<unknown>
  readonly onPicture: (file: File) => Promise<unknown>
  readonly onVoice: (recording: Recording) => Promise<unknown>
}

export function Composer({ name, disabledBecause, autoFocus, large, onText, onPicture, onVoice }: ComposerProps) {
  const { t } = useTranslation('messages')
  const toasts = useToasts()
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const file = useRef<HTMLInputElement>(null)
  const size = large ? 'large' : 'medium'

  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true)
    try {
      await work()
      return true
    } catch (thrown) {
      toasts.problem(thrown)
      return false
    } finally {
      setBusy(false)
    }
  }
  const send = async () => {
    const said = text.trim()
    if (said === '' || busy || disabledBecause !== undefined) return
    if (await run(() => onText(said))) setText('')
  }
  const voice = useVoice((recording) => void run(() => onVoice(recording)))

  const keys = (event: KeyboardEvent) => {
    // an input method takes Enter for its own; a new line is Shift and Enter
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return
    event.preventDefault()
    void send()
  }

  if (voice.seconds !== null) {
    return (
      <div className="composer is-recording" onKeyDown={(event) => event.key === 'Escape' && (event.stopPropagation(), voice.cancel())}>
        <p className="composer-recording" role="status">
          <span className="composer-dot" aria-hidden="true" />
          {t('compose.recording', { seconds: voice.seconds, max: voiceSecondsMax })}
        </p>
        <Button size={size} onClick={voice.cancel}>
          {t('compose.cancel')}
        </Button>
        <Button size={size} kind="primary" icon="send" autoFocus onClick={voice.finish}>
          {t('compose.stop', { seconds: voice.seconds })}
        </Button>
      </div>
    )
  }
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <textarea
        className="control"
        aria-label={t('compose.text')}
        placeholder={disabledBecause ?? t('compose.placeholder', { name })}
        value={text}
        rows={Math.min(5, Math.max(large ? 2 : 1, text.split('\n').length))}
        maxLength={textMax}
        readOnly={disabledBecause !== undefined}
        autoFocus={autoFocus}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={keys}
      />
      <input
        ref={file}
        type="file"
        accept="image/jpeg,image/png,image/webp"
        hidden
        onChange={(event) => {
          const chosen = event.target.files?.[0]
          event.target.value = ''
          if (chosen) void run(() => onPicture(chosen))
        }}
      />
      <IconButton icon="camera" size={size} label={t('compose.picture')} disabledBecause={disabledBecause} onClick={() => file.current?.click()} />
      <IconButton
        icon="mic"
        size={size}
        label={t('compose.voice')}
        title={disabledBecause ?? voice.cannot ?? t('compose.voiceHint')}
        disabledBecause={disabledBecause ?? voice.cannot}
        onPointerDown={(event) => event.button === 0 && disabledBecause === undefined && !voice.cannot && voice.begin(true)}
        onClick={(event) => event.detail === 0 && voice.begin(false)}
      />
      <Button size={size} kind="primary" type="submit" icon="send" busy={busy} disabledBecause={disabledBecause ?? (text.trim() ? undefined : t('compose.empty'))}>
        {t('compose.send')}
      </Button>
    </form>
  )
}

/** Held for longer than this it is "speak while holding": letting go sends. */
const holdMs = 600

/** Recording: `seconds` while it runs; begun by a press, ended by another or by letting go. */
function useVoice(onDone: (recording: Recording) => void) {
  const { t } = useTranslation('messages')
  const toasts = useToasts()
  const [seconds, setSeconds] = useState<number | null>(null)
  const recorder = useRef<Recorder>(undefined)
  const starting = useRef(false)
  const done = useRef(onDone)
  done.current = onDone
  const reason = cannotRecord()

  useEffect(() => {
    if (seconds === null) return
    const timer = window.setTimeout(() => setSeconds((old) => (old === null ? null : old + 1)), 1000)
    return () => window.clearTimeout(timer)
  }, [seconds])
  /** Of the press that began it. */
  const forget = useRef(() => {})
  const gone = useRef(false)
  useEffect(() => {
    gone.current = false
    return () => {
      gone.current = true
      forget.current()
      recorder.current?.cancel()
    }
  }, [])

  const finish = async () => {
    const running = recorder.current
    if (!running) return
    forget.current()
    recorder.current = undefined
    setSeconds(null)
    const recording = await running.stop()
    if (recording) done.current(recording)
    else toasts.show({ kind: 'info', text: t('compose.short') })
  }
  const cancel = () => {
    forget.current()
    recorder.current?.cancel()
    recorder.current = undefined
    setSeconds(null)
  }
  const begin = (isPress: boolean) => {
    if (recorder.current || starting.current) return
    starting.current = true
    const pressedAt = performance.now()
    // let go before it began (a question for permission came between): it goes on until the next press
    const release = () => void (performance.now() - pressedAt >= holdMs && finish())
    if (isPress) forget.current = onLetGo(window, release)
    record(() => void finish()).then(
      (made) => {
        if (gone.current) return made.cancel() // the page was left while the browser asked: nobody speaks
        recorder.current = made
        starting.current = false
        setSeconds(0)
      },
      (thrown: unknown) => {
        starting.current = false
        forget.current()
        const missing = thrown instanceof DOMException && thrown.name === 'NotFoundError'
        toasts.show({ kind: 'problem', text: missing ? t('compose.missing') : t('compose.refused') })
      },
    )
  }
  return { seconds, begin, finish: () => void finish(), cancel, cannot: reason && t(`compose.${reason}`) }
}
