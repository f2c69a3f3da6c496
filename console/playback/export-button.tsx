/** Take the positions away as a file, with a reason of its own. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExportFormat } from '#modules/oversight/contract.ts'
import { api, becauseOf, newCommandId } from '#ui/client.ts'
import { Button, Dialog, Select, TextArea, useToasts } from '#ui/primitives.ts'

const formats = ['gpx', 'geojson', 'csv'] as const satisfies readonly ExportFormat[]

export function ExportButton({ id, units }: { readonly id: string; readonly units: number }) {
  const { t } = useTranslation('playback')
  const toasts = useToasts()
  const [open, setOpen] = useState(false)
  const [format, setFormat] = useState<ExportFormat>('gpx')
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  const save = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      const { name, blob } = await api.postForFile(`/api/oversight/playbacks/${id}/exports`, { commandId: newCommandId(), format, reason: reason.trim() })
      const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name })
      link.click()
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
      toasts.show({ kind: 'done', text: t('export.done', { name }) })
      setOpen(false)
    } catch (thrown) {
      setProblem(becauseOf(thrown))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button size="small" icon="download" onClick={() => setOpen(true)}>
        {t('export.open')}
      </Button>
      <Dialog
        open={open}
        title={t('export.title')}
        onClose={() => setOpen(false)}
        actions={
          <Button kind="primary" icon="download" busy={busy} disabledBecause={reason.trim().length < 2 ? t('missing.reason') : undefined} onClick={() => void save()}>
            {t('export.save')}
          </Button>
        }
      >
        <p className="soft">{t('export.text', { units })}</p>
        <Select label={t('export.format')} value={format} onChange={(event) => setFormat(event.target.value as ExportFormat)} options={formats.map((each) => ({ value: each, label: t(`export.${each}`) }))} />
        <TextArea label={t('export.reason')} required minLength={2} maxLength={500} rows={2} value={reason} onChange={(event) => setReason(event.target.value)} error={problem} />
      </Dialog>
    </>
  )
}
