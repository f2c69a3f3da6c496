/** A password shown once: to be read aloud or written down, then gone. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, Dialog } from '#ui/primitives.ts'

export type Issued = { readonly name: string; readonly displayName: string; readonly password: string | null }

export function OneTimePassword({ issued, onClose }: { readonly issued: Issued; readonly onClose: () => void }) {
  const { t } = useTranslation('administration')
  return (
    <Secret
      title={t('secret.passwordTitle', { name: issued.displayName })}
      text={issued.password === null ? t('secret.gone') : t('secret.passwordText')}
      rows={[
        { label: t('accounts.name'), value: issued.name },
        ...(issued.password === null ? [] : [{ label: t('secret.password'), value: issued.password }]),
      ]}
      onClose={onClose}
    />
  )
}

export type SecretProps = {
  readonly title: string
  readonly text: string
  readonly rows: readonly { readonly label: string; readonly value: string }[]
  readonly onClose: () => void
}

/** Something that is on the screen this once and never again. */
export function Secret({ title, text, rows, onClose }: SecretProps) {
  const { t } = useTranslation('administration')
  return (
    <Dialog
      open
      title={title}
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          {t('secret.written')}
        </Button>
      }
    >
      <p>{text}</p>
      <dl className="secret">
        {rows.map((row) => (
          <div key={row.label}>
            <dt>{row.label}</dt>
            <dd>
              <code>{row.value}</code>
              <CopyButton text={row.value} label={row.label} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}

function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const { t } = useTranslation('common')
  const [copied, setCopied] = useState(false)
  // on plain http there is no clipboard for pages; the text can still be selected
  if (!navigator.clipboard) return null
  return (
    <Button
      size="small"
      kind="quiet"
      {...(copied ? { icon: 'check' as const } : {})}
      aria-label={`${t('copy')} ${label}`}
      onClick={() => navigator.clipboard.writeText(text).then(() => setCopied(true), () => {})}
    >
      {copied ? t('copied') : t('copy')}
    </Button>
  )
}
