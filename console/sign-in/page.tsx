/** Signing in, the forced change of a first password, and what is shown while the server cannot be reached. */
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '#ui/client.ts'
import { ErrorState, Spinner } from '#ui/primitives.ts'
import { useSession, type SessionState } from '#ui/session.tsx'
import { Brand } from '#ui/sign-in/brand.tsx'
import { ChangePasswordForm } from '#ui/sign-in/change-password-form.tsx'
import { LanguageAndTheme } from '#ui/sign-in/language-and-theme.tsx'
import { SignInForm } from '#ui/sign-in/sign-in-form.tsx'
import { forgetUnsent } from '../messages/forget.ts'
import '#ui/sign-in/sign-in.css'
import './page.css'

const SetupPage = lazy(() => import('../setup/page.tsx'))

export default function SignInPage() {
  const { status, signOut, refresh } = useSession()
  const { t } = useTranslation('common')
  // on the address that the server printed nobody is shown a sign-in page before it is known whether there is anybody
  const [needsSetup, setNeedsSetup] = useState<boolean | undefined>(() => (location.pathname === '/setup' ? undefined : false))

  useEffect(() => {
    if (status.state !== 'signed-out') return
    const gone = new AbortController()
    // a server that cannot say whether it is set up is asked by the form itself soon enough
    api.get<{ needed: boolean }>('/api/setup', { signal: gone.signal, sessionless: true }).then(
      (setup) => setNeedsSetup(setup.needed),
      () => setNeedsSetup((old) => old ?? false),
    )
    return () => gone.abort()
  }, [status.state])

  if (needsSetup) {
    return (
      <Suspense fallback={<Frame>{null}</Frame>}>
        <SetupPage onDone={() => setNeedsSetup(false)} />
      </Suspense>
    )
  }
  const shown: SessionState = status.state === 'signed-out' && needsSetup === undefined ? { state: 'asking' } : status
  switch (shown.state) {
    case 'asking':
      return (
        <Frame>
          <p className="sign-in-wait">
            <Spinner size={20} />
            <span>{t('loading')}</span>
          </p>
        </Frame>
      )
    case 'unreachable':
      return (
        <Frame>
          <ErrorState title={t('signIn.unreachable')} problem={shown.problem} onRetry={() => void refresh()} />
        </Frame>
      )
    case 'must-change-password':
      return (
        <Frame title={t('signIn.changeTitle')} text={t('signIn.changeText', { name: shown.session.displayName })}>
          <ChangePasswordForm name={shown.session.name} onSignOut={() => void signOut().then(forgetUnsent)} />
        </Frame>
      )
    case 'signed-out':
    case 'signed-in': // the router shows the room as soon as it hears of it
      return (
        <Frame title={t('signIn.title')} text={t('signIn.text')}>
          <SignInForm />
        </Frame>
      )
  }
}

function Frame({ title, text, children }: { readonly title?: string; readonly text?: string; readonly children: ReactNode }) {
  const { t } = useTranslation('common')
  return (
    <div className="sign-in">
      <header className="sign-in-bar">
        <span className="sign-in-name" aria-hidden="true">
          {t('product')}
        </span>
        <LanguageAndTheme />
      </header>
      <main className="sign-in-main">
        <div className="sign-in-box">
          <Brand size={52} />
          {title ? <h1>{title}</h1> : <h1 className="visually-hidden">{t('product')}</h1>}
          {text ? <p className="sign-in-text">{text}</p> : null}
          {children}
        </div>
      </main>
      <footer className="sign-in-foot">{t('signIn.foot')}</footer>
    </div>
  )
}
