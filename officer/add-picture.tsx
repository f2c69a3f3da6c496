/** Take a picture and put it into the log: the phone's own camera opens. */
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, useToasts } from '#ui/primitives.ts'
import { base64, shrink } from './picture.ts'

export function AddPicture({ onPicture }: { readonly onPicture: (data: string) => Promise<unknown> }) {
  const { t } = useTranslation('officer')
  const toasts = useToasts()
  const input = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(false)

  const take = async (file: File | undefined) => {
    if (!file) return
    setBusy(true)
    try {
      await onPicture(await base64(await shrink(file)))
    } catch {
      toasts.show({ kind: 'problem', text: t('picture.unreadable', { name: file.name }) })
    } finally {
      setBusy(false)
      if (input.current) input.current.value = '' // the same file again must be heard again
    }
  }

  return (
    <>
      <input ref={input} className="visually-hidden" type="file" accept="image/*" capture="environment" tabIndex={-1} aria-label={t('order.picture')} onChange={(event) => void take(event.target.files?.[0])} />
      <Button icon="camera" busy={busy} onClick={() => input.current?.click()}>
        {t('order.picture')}
      </Button>
    </>
  )
}
