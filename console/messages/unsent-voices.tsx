/** Voice notes of a channel that could not be sent: listened to, sent again, thrown away. */
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { VoiceNote } from '#ui/messages/voice-note.tsx'
import { Button, Icon, useToasts } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import type { UnsentVoice } from './kept-voices.ts'
import { useVoices } from './provider.tsx'

export function UnsentVoices({ channel, disabledBecause }: { readonly channel: string; readonly disabledBecause: string | undefined }) {
  const { t } = useTranslation('messages')
  const { unsent } = useVoices()
  // the first attempt is shown by what was pressed
  const shown = unsent.filter((voice) => voice.channel === channel && voice.sending !== 'first')
  if (shown.length === 0) return null
  return (
    <ul className="unsent-voices" aria-label={t('unsent.title')}>
      {shown.map((voice) => (
        <Unsent key={voice.id} voice={voice} disabledBecause={disabledBecause} />
      ))}
    </ul>
  )
}

function Unsent({ voice, disabledBecause }: { readonly voice: UnsentVoice; readonly disabledBecause: string | undefined }) {
  const { t } = useTranslation('messages')
  const { voices } = useVoices()
  const format = useFormat()
  const toasts = useToasts()
  const address = useAddress(voice.blob)
  const isSending = voice.sending !== null
  return (
    <li className="unsent-voice" data-unsent={voice.id}>
      <p className="unsent-voice-why">
        <Icon name="alert" size={14} /> {t(voice.unkept ? 'unsent.unkept' : 'unsent.unsent', { time: format.shortTime(voice.madeAt) })}
      </p>
      <div className="unsent-voice-acts">
        {address ? <VoiceNote address={address} seconds={voice.seconds} /> : null}
        <Button size="small" icon="send" busy={isSending} disabledBecause={disabledBecause} onClick={() => void voices.again(voice.id).catch(toasts.problem)}>
          {t('unsent.again')}
        </Button>
        <Button size="small" kind="quiet" disabledBecause={isSending ? t('receipts.sending') : undefined} onClick={() => void voices.drop(voice.id)}>
          {t('unsent.delete')}
        </Button>
      </div>
    </li>
  )
}

/** An address of what was recorded, as long as it is shown. */
function useAddress(blob: Blob): string | undefined {
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(blob)
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [blob])
  return address
}
