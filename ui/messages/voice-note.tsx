/** A voice note: one button, how long, how far. */
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon, useToasts } from '../primitives.ts'

/** Only one speaks at a time. */
let speaking: HTMLAudioElement | undefined

export function VoiceNote({ address, seconds }: { readonly address: string; readonly seconds: number }) {
  const { t } = useTranslation('messages')
  const toasts = useToasts()
  const audio = useRef<HTMLAudioElement>(null)
  const [playing, setPlaying] = useState(false)
  const [at, setAt] = useState(0)
  const whole = Math.max(1, Math.round(seconds))
  const toggle = () => {
    const player = audio.current
    if (!player) return
    if (playing) return player.pause()
    if (speaking !== player) speaking?.pause()
    speaking = player
    player.play().catch((thrown: unknown) => {
      // pausing before it began is not a problem
      if (!(thrown instanceof DOMException && thrown.name === 'AbortError')) toasts.show({ kind: 'problem', text: t('voiceProblem') })
    })
  }
  return (
    <button type="button" className="voice-note" aria-label={playing ? t('pauseVoice') : t('playVoice', { seconds: whole })} onClick={toggle}>
      <Icon name={playing ? 'pause' : 'play'} />
      <span className="voice-note-bar">
        <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
          <rect width={Math.min(100, (100 * at) / Math.max(0.1, seconds))} height="4" />
        </svg>
      </span>
      <span className="voice-note-seconds">{playing ? Math.ceil(Math.max(0, seconds - at)) : whole}″</span>
      <audio
        ref={audio}
        src={address}
        preload="none"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => (setPlaying(false), setAt(0))}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
      />
    </button>
  )
}
