/** The map 地图: which one is in use, and putting in a newer or another one. */
import { Table, type TableColumnsType } from 'antd'
import { useTranslation } from 'react-i18next'
import type { ImportView } from '#modules/town/contract.ts'
import { Progress, StateMark } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import { Frame, WhenThere } from './frame.tsx'
import { useList } from './lists.tsx'
import { MapUpload } from './map-upload.tsx'
import { useImports } from './use-imports.ts'

const tones = { running: 'en-route', done: 'free', failed: 'panic', cancelled: 'rest' } as const

export function Imports() {
  const { t } = useTranslation('administration')
  const format = useFormat()
  const town = useList('town')
  const imports = useImports(town.reload)

  const columns: TableColumnsType<ImportView> = [
    {
      title: t('map.file'),
      key: 'file',
      render: (_, each) => (
        <div className="two-lines">
          <strong>{each.file}</strong>
          <span>{format.bytes(each.bytes)}</span>
        </div>
      ),
    },
    { title: t('map.startedAt'), key: 'startedAt', render: (_, each) => format.dayTime(each.startedAt) },
    {
      title: t('map.status'),
      key: 'status',
      render: (_, each) => (
        <div className="two-lines">
          <StateMark tone={tones[each.status]}>{t(`map.is.${each.status}`)}</StateMark>
          {each.status === 'running' ? <Progress share={each.share} label={t('map.progress')} /> : null}
          {each.problem ? <span>{each.problem.because}</span> : null}
        </div>
      ),
    },
    {
      title: t('map.report'),
      key: 'report',
      render: (_, each) =>
        each.report ? (
          <span className="numbers">
            {t('map.reportText', {
              edges: format.count(each.report.edges),
              places: format.count(each.report.places),
              connected: format.share(each.report.largestComponentShare, 1),
              time: format.duration(each.report.seconds),
            })}
          </span>
        ) : (
          '–'
        ),
    },
  ]

  return (
    <Frame title={t('section.map')} text={t('map.text')}>
      <WhenThere list={town}>
        {(present) =>
          present.ready ? (
            <dl className="map-facts">
              <div>
                <dt>{t('map.place')}</dt>
                <dd>{present.name ?? '–'}</dd>
              </div>
              <div>
                <dt>{t('map.dataAt')}</dt>
                <dd>{present.dataAt === null ? '–' : format.fullTime(present.dataAt)}</dd>
              </div>
              <div>
                <dt>{t('map.edges')}</dt>
                <dd>{present.edges === null ? '–' : format.count(present.edges)}</dd>
              </div>
              <div>
                <dt>{t('map.places')}</dt>
                <dd>{present.places === null ? '–' : format.count(present.places)}</dd>
              </div>
              <div>
                <dt>{t('map.attribution')}</dt>
                <dd>{present.attribution}</dd>
              </div>
            </dl>
          ) : (
            <p className="form-hint">{t('map.none')}</p>
          )
        }
      </WhenThere>
      <MapUpload imports={imports} />
      {imports.items && imports.items.length > 0 ? (
        <section className="map-past">
          <h2>{t('map.past')}</h2>
          <Table rowKey="id" size="middle" columns={columns} dataSource={[...imports.items]} pagination={{ pageSize: 10, hideOnSinglePage: true }} />
        </section>
      ) : null}
    </Frame>
  )
}
