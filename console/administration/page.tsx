/** Administration 管理: who may do what, who is sent, and on which map. Loaded only when somebody opens it. */
import { App as AntApp, ConfigProvider } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '#ui/i18n.ts'
import '#ui/locales/administration.ts'
import { Icon } from '#ui/primitives.ts'
import { useTheme } from '#ui/theme.ts'
import { changeView, useView } from '../router.ts'
import { Accounts } from './accounts.tsx'
import { Agencies } from './agencies.tsx'
import { antdLocales } from './antd-locale.ts'
import { antdTheme } from './antd-theme.ts'
import { Bots } from './bots.tsx'
import { Categories } from './categories.tsx'
import { Devices } from './devices.tsx'
import { FirstSteps } from './first-steps.tsx'
import { Imports } from './imports.tsx'
import { ListsProvider } from './lists.tsx'
import { Members } from './members.tsx'
import { PhoneNotices } from './phone-notices.tsx'
import { Retention } from './retention.tsx'
import { RoadSpeeds } from './road-speeds.tsx'
import { sections, sectionOf, type Section } from './sections.ts'
import { giveStylesNonce } from './style-nonce.ts'
import { Units } from './units.tsx'
import './administration.css'

const contents: Readonly<Record<Section, () => React.ReactNode>> = {
  start: FirstSteps,
  accounts: Accounts,
  members: Members,
  agencies: Agencies,
  units: Units,
  devices: Devices,
  categories: Categories,
  bots: Bots,
  push: PhoneNotices,
  map: Imports,
  roads: RoadSpeeds,
  retention: Retention,
}

/** The nonce that lets antd's styles through the strict policy; the server puts it into the page. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''
giveStylesNonce(nonce)

export default function AdministrationPage() {
  const { t } = useTranslation('administration')
  const { language } = useLanguage()
  const { theme } = useTheme()
  const page = useView((view) => view.page)
  const look = useMemo(() => antdTheme(theme), [theme])
  const section = sectionOf(page)
  const Content = contents[section]

  return (
    <ConfigProvider csp={{ nonce }} locale={antdLocales[language]} theme={look} wave={{ disabled: true }} button={{ autoInsertSpace: false }}>
      <AntApp component={false}>
        <ListsProvider>
          <div className="administration">
            <nav className="administration-nav" aria-label={t('nav')}>
              <ul>
                {sections.map(({ id, icon }) => (
                  <li key={id}>
                    <a
                      href={`/administration/${id}`}
                      aria-current={id === section ? 'page' : undefined}
                      onClick={(event) => {
                        if (event.metaKey || event.ctrlKey || event.shiftKey) return // a new tab, as everywhere
                        event.preventDefault()
                        changeView({ workspace: 'administration', page: id })
                      }}
                    >
                      <Icon name={icon} />
                      {t(`section.${id}`)}
                    </a>
                  </li>
                ))}
              </ul>
            </nav>
            <div className="administration-content">
              <Content />
            </div>
          </div>
        </ListsProvider>
      </AntApp>
    </ConfigProvider>
  )
}
