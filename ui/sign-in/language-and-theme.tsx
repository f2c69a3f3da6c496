/** Language and appearance: in reach before anybody has signed in. */
import { useTranslation } from 'react-i18next'
import { languages, useLanguage } from '../i18n.ts'
import { IconButton } from '../primitives/button.tsx'
import { useTheme, type ThemeChoice } from '../theme.ts'

const nextChoice: Readonly<Record<ThemeChoice, ThemeChoice>> = { system: 'dark', dark: 'light', light: 'system' }
const icons = { system: 'half-moon', dark: 'moon', light: 'sun' } as const

export function LanguageAndTheme() {
  const { t } = useTranslation('common')
  const { language, setLanguage } = useLanguage()
  const { choice, setTheme } = useTheme()
  return (
    <div className="language-and-theme">
      <div className="language-switch" role="group" aria-label={t('language.label')}>
        {languages.map((each) => (
          <button key={each} type="button" lang={each} aria-pressed={each === language} onClick={() => setLanguage(each)}>
            {t(`language.${each}`)}
          </button>
        ))}
      </div>
      <IconButton icon={icons[choice]} label={`${t('theme.label')} · ${t(`theme.${choice}`)}`} onClick={() => setTheme(nextChoice[choice])} />
    </div>
  )
}
