/** Who holds the phone, and what they see for it. */
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorState, Spinner, ToastProvider, Empty, Button } from '#ui/primitives.ts'
import { SessionProvider, useSession } from '#ui/session.tsx'
import { Brand } from '#ui/sign-in/brand.tsx'
import { ChangePasswordForm } from '#ui/sign-in/change-password-form.tsx'
import { LanguageAndTheme } from '#ui/sign-in/language-and-theme.tsx'
import { SignInForm } from '#ui/sign-in/sign-in-form.tsx'
import { allowSound } from './alarm.ts'
import { countWaiting } from './outbox-store.ts'
import { rememberedSession } from './remembered-session.ts'
import { Work } from './work.tsx'

export function App() {
  useEffect(() => {
    // any touch lets the ring of a new order be heard later
    document.addEventListener('pointerdown', allowSound)
    return () => document.removeEventListener('pointerdown', allowSound)
  }, [])
  return (
    <SessionProvider memory={rememberedSession}>
      <ToastProvider>
        <Gate />
      </ToastProvider>
    </SessionProvider>
  )
}

function Gate() {
  const { status, refresh, signOut, may } = useSession()
  const { t } = useTranslation('officer')

  useEffect(() => {
    document.title = t('title')
  }, [t])

  switch (status.state) {
    case 'asking':
      return (
        <main className="door">
          <Spinner size={28} label={t('common:loading')} />
        </main>
      )
    case 'unreachable':
      return (
        <main className="door">
          <ErrorState title={t('common:signIn.unreachable')} problem={status.problem} onRetry={() => void refresh()} />
        </main>
      )
    case 'must-change-password':
      return (
        <Door title={t('common:signIn.changeTitle')} text={t('common:signIn.changeText', { name: status.session.displayName })}>
          <ChangePasswordForm name={status.session.name} onSignOut={() => void signOut()} />
        </Door>
      )
    case 'signed-out':
      return (
        <Door title={t('signInTitle')} text={t('signInText')}>
          <WaitsForSignIn />
          <SignInForm remembersName />
        </Door>
      )
    case 'signed-in':
      if (!may('officer') || status.session.member === null) {
        return (
          <main className="door">
            <Empty
              icon="lock"
              title={may('officer') ? t('noMember.title') : t('noOfficer.title')}
              action={
                <Button onClick={() => void signOut()} size="large">
                  {t('common:signOut')}
                </Button>
              }
            >
              {may('officer') ? t('noMember.text') : t('noOfficer.text')}
            </Empty>
          </main>
        )
      }
      return <Work key={status.session.account} session={status.session} member={status.session.member} />
  }
}

/** A session that ended in a dead spot leaves things behind: nobody shall think that they are lost. */
function WaitsForSignIn() {
  const { t } = useTranslation('officer')
  const [count, setCount] = useState(0)
  useEffect(() => void countWaiting().then(setCount), [])
  return count === 0 ? null : <p className="truth door-waits">{t('signInWaits', { count })}</p>
}

function Door({ title, text, children }: { readonly title: string; readonly text: string; readonly children: React.ReactNode }) {
  return (
    <div className="door-page">
      <header className="door-bar">
        <LanguageAndTheme />
      </header>
      <main className="door">
        <Brand size={56} />
        <h1>{title}</h1>
        <p className="door-text">{text}</p>
        {children}
      </main>
    </div>
  )
}
