/** Language, day and night, sign out. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { languages, useLanguage } from '#ui/i18n.ts'
import { Button, Dialog, useToasts } from '#ui/primitives.ts'
import { useSession, type Session } from '#ui/session.tsx'
import { useTheme } from '#ui/theme.ts'
import type { Waiting } from './outbox.ts'

const choices = ['system', 'light', 'dark'] as const

export function Menu({ session, waiting, onClose }: { readonly session: Session; readonly waiting: readonly Waiting[]; readonly onClose: () => void }) {
  const { t } = useTranslation('officer')
  const { language, setLanguage } = useLanguage()
  const { choice, setTheme } = useTheme()
  const { signOut } = useSession()
  const toasts = useToasts()
  const [busy, setBusy] = useState(false)

  return (
    <Dialog open title={session.displayName} onClose={onClose}>
      <fieldset className="choice">
        <legend>{t('menu.language')}</legend>
        {languages.map((each) => (
          <button key={each} type="button" lang={each} aria-pressed={each === language} onClick={() => setLanguage(each)}>
            {t(`common:language.${each}`)}
          </button>
        ))}
      </fieldset>
      <fieldset className="choice">
        <legend>{t('menu.theme')}</legend>
        {choices.map((each) => (
          <button key={each} type="button" aria-pressed={each === choice} onClick={() => setTheme(each)}>
            {t(`menu.${each}`)}
          </button>
        ))}
      </fieldset>
      {waiting.length > 0 ? <p className="truth">{t('menu.waiting', { count: waiting.length })}</p> : null}
      <Button
        size="large"
        icon="sign-out"
        busy={busy}
        onClick={async () => {
          setBusy(true)
          try {
            await signOut()
          } catch (thrown) {
            toasts.problem(thrown)
            setBusy(false)
          }
        }}
      >
        {t('common:signOut')}
      </Button>
      <p className="soft">{t('menu.signOutHint')}</p>
    </Dialog>
  )
}
