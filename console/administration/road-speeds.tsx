/** Roads and speeds 道路与车速: what drives teach of the roads, whether it is used, and where the map is wrong. */
import { App, Button, Input, Switch, Table, type TableColumnsType } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { DoubtsView, SpeedsView } from '#modules/roads/contract.ts'
import { api } from '#ui/client.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Empty, Icon, StateMark } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import { changeView, useView } from '../router.ts'
import { useAct } from './act.ts'
import { DoubtMap } from './doubt-map.tsx'
import { doubtKinds, isMeant, rowsOf, strengthOf, type DoubtRow } from './doubt-rows.ts'
import { Frame, WhenThere } from './frame.tsx'
import { HourStrip } from './hour-strip.tsx'
import { useList, type List } from './lists.tsx'

const tones = { slower: 'busy', faster: 'en-route', 'no-road': 'on-scene', 'no-way': 'on-scene' } as const
const noDoubts: readonly DoubtRow[] = []

export function RoadSpeeds() {
  const { t } = useTranslation('administration')
  const { language } = useLanguage()
  const speeds = useList('speeds')
  const doubts = useList('doubts')
  const [words, setWords] = useState('')
  const rows = useMemo(() => (doubts.items ? rowsOf(doubts.items) : noDoubts), [doubts.items])
  const csv = `/api/roads/doubts.csv?language=${language === 'en' ? 'en' : 'zh'}`

  return (
    <Frame
      title={t('section.roads')}
      text={t('roads.text')}
      tools={
        rows.length > 0 ? (
          <>
            <Input allowClear placeholder={t('roads.search')} aria-label={t('roads.search')} value={words} onChange={(event) => setWords(event.target.value)} />
            <Button href={csv} download="doubts.csv" icon={<Icon name="download" size={14} />}>
              CSV
            </Button>
            <Button href="/api/roads/doubts.geojson" download="doubts.geojson" icon={<Icon name="download" size={14} />}>
              GeoJSON
            </Button>
          </>
        ) : null
      }
    >
      <WhenThere list={speeds}>
        {(known) => (
          <>
            <Learned known={known} speeds={speeds} />
            <WhenThere list={doubts}>{(found) => (rows.length > 0 ? <Doubts rows={rows} words={words} known={known} /> : <NoDoubts known={known} found={found} />)}</WhenThere>
          </>
        )}
      </WhenThere>
    </Frame>
  )
}

const drivesOf = (known: SpeedsView) => known.modes.reduce((sum, { drives }) => sum + drives, 0)

/** How much is known, and the two decisions about it. */
function Learned({ known, speeds }: { readonly known: SpeedsView; readonly speeds: List<SpeedsView> }) {
  const { t } = useTranslation('administration')
  const format = useFormat()
  const { busy, run } = useAct()
  const { modal } = App.useApp()
  const drives = drivesOf(known)
  const act = async (work: (commandId: string) => Promise<unknown>, done: string) => {
    if (await run(work, done)) await speeds.reload()
  }
  const forget = () =>
    void modal.confirm({
      title: t('roads.forgetTitle'),
      content: t('roads.forgetText', { number: format.count(Math.round(drives)) }),
      okText: t('roads.forget'),
      cancelText: t('common:cancel'),
      okButtonProps: { danger: true },
      autoFocusButton: 'cancel',
      onOk: () => act((commandId) => api.delete(`/api/roads/speeds?commandId=${commandId}`), t('roads.forgotten')),
    })
  return (
    <section className="speeds" aria-label={t('roads.learned')}>
      <div className="speeds-rule">
        <label className="speeds-switch">
          <Switch checked={known.used} loading={busy} onChange={(used) => void act((commandId) => api.post('/api/roads/speeds', { commandId, used }), t(used ? 'roads.isOn' : 'roads.isOff'))} />
          <span className="two-lines">
            <strong>{t('roads.use')}</strong>
            <span>{t(!known.used ? 'roads.useOff' : drives > 0 ? 'roads.useOn' : 'roads.useNothing')}</span>
          </span>
        </label>
        <Button danger disabled={drives === 0} loading={busy} onClick={forget}>
          {t('roads.forget')}
        </Button>
      </div>
      <dl className="map-facts">
        {known.modes.map(({ mode, drives: of, arcs, coveredShare }) => (
          <div key={mode}>
            <dt>{t(`roads.mode.${mode}`)}</dt>
            <dd>{of > 0 ? t('roads.knownOf', { drives: format.count(Math.round(of)), roads: format.count(arcs), share: format.share(coveredShare, 1) }) : t('roads.knownNothing')}</dd>
          </div>
        ))}
        <div>
          <dt>{t('roads.learnedUntil')}</dt>
          <dd>{known.learnedUntil === null ? '–' : format.dayTime(known.learnedUntil)}</dd>
        </div>
      </dl>
    </section>
  )
}

/** Why there is nothing to doubt: not enough known, or the map is right. */
function NoDoubts({ known, found }: { readonly known: SpeedsView; readonly found: DoubtsView }) {
  const { t } = useTranslation('administration')
  const format = useFormat()
  const drives = drivesOf(known)
  if (!known.ready) {
    return (
      <Empty icon="clock" title={t('roads.reading')}>
        {t('roads.readingText')}
      </Empty>
    )
  }
  if (drives > 0) {
    return (
      <Empty icon="check" title={t('roads.noDoubts')}>
        <p className="speeds-sure">{t('roads.noDoubtsText', { number: format.count(Math.round(drives)), time: format.dayTime(found.at) })}</p>
      </Empty>
    )
  }
  return (
    <Empty icon="route" title={t('roads.noDrives')}>
      <ol className="speeds-needs">
        <li>{t('roads.needDrive')}</li>
        <li>{t('roads.needCount')}</li>
        <li>{t('roads.needTime')}</li>
      </ol>
    </Empty>
  )
}

function Doubts({ rows, words, known }: { readonly rows: readonly DoubtRow[]; readonly words: string; readonly known: SpeedsView }) {
  const { t } = useTranslation('administration')
  const { language } = useLanguage()
  const format = useFormat()
  const town = useList('town')
  const page = useView((view) => view.page)
  const [shownKinds, setShownKinds] = useState<readonly string[] | null>(null)
  const id = page.split('/')[1] ?? ''
  const chosen = rows.find((row) => row.id === id)
  const choose = (row: DoubtRow | undefined) => changeView({ workspace: 'administration', page: row ? `roads/${row.id}` : 'roads' }, 'replace')
  const meant = useMemo(() => rows.filter((row) => isMeant(row, words)), [rows, words])
  // the map shows what the table shows
  const onMap = useMemo(() => meant.filter(({ kind }) => shownKinds === null || shownKinds.includes(kind)), [meant, shownKinds])
  const nameOf = (row: DoubtRow) => {
    if ('place' in row) return t('roads.aPlace', { lon: row.place.lon.toFixed(5), lat: row.place.lat.toFixed(5) })
    return (language === 'en' ? (row.road.streetEn ?? row.road.street) : row.road.street) ?? t('roads.noName')
  }
  const times = (ratio: number) => t(ratio > 1 ? 'roads.slowerBy' : 'roads.fasterBy', { share: format.share(Math.abs(ratio - 1)) })

  const columns: TableColumnsType<DoubtRow> = [
    {
      title: t('roads.what'), key: 'kind', width: 130, filters: doubtKinds.map((kind) => ({ value: kind, text: t(`roads.kind.${kind}`) })), onFilter: (kind, row) => row.kind === kind,
      render: (_, row) => <StateMark tone={tones[row.kind]}>{t(`roads.kind.${row.kind}`)}</StateMark>,
    },
    {
      title: t('roads.where'), key: 'where', sorter: (a, b) => nameOf(a).localeCompare(nameOf(b), language, { numeric: true }),
      render: (_, row) => (
        <button type="button" className="doubt-name" aria-pressed={row.id === id} onClick={() => choose(row.id === id ? undefined : row)}>
          {nameOf(row)}
        </button>
      ),
    },
    { title: t('roads.by'), key: 'mode', width: 110, render: (_, row) => ('road' in row ? t(`roads.mode.${row.road.mode}`) : '–') },
    {
      title: t('roads.ratio'), key: 'ratio', defaultSortOrder: 'descend', sorter: (a, b) => strengthOf(a) - strengthOf(b), width: 190,
      render: (_, row) =>
        'road' in row ? (
          <span className="two-lines numbers">
            <strong>{times(row.road.ratio)}</strong>
            <span>{t('roads.surely', { low: row.road.low.toFixed(2), high: row.road.high.toFixed(2) })}</span>
          </span>
        ) : (
          t('roads.onDays', { count: row.place.days })
        ),
    },
    {
      title: t('roads.speed'), key: 'speed', width: 170, sorter: (a, b) => ('road' in a ? a.road.learnedKmh : 0) - ('road' in b ? b.road.learnedKmh : 0),
      render: (_, row) =>
        'road' in row ? (
          <span className="two-lines numbers">
            <strong>{format.speed(row.road.learnedKmh)}</strong>
            <span>{t('roads.mapSays', { kmh: format.speed(row.road.mapKmh) })}</span>
          </span>
        ) : (
          '–'
        ),
    },
    { title: t('roads.drives'), key: 'drives', align: 'right', width: 90, sorter: (a, b) => a.drives - b.drives, render: (_, row) => <span className="numbers">{format.count(Math.round(row.drives))}</span> },
    { title: t('roads.length'), key: 'length', align: 'right', width: 90, render: (_, row) => <span className="numbers">{'road' in row ? format.distance(row.road.meters) : '–'}</span> },
  ]

  return (
    <>
      {town.items?.ready ? <DoubtMap town={town.items} rows={onMap} chosen={chosen} onChoose={choose} /> : null}
      {chosen ? (
        <section className="doubt-chosen" aria-label={nameOf(chosen)}>
          <header>
            <h2>{nameOf(chosen)}</h2>
            <Button size="small" onClick={() => choose(undefined)}>
              {t('common:close')}
            </Button>
          </header>
          {'road' in chosen ? (
            <HourStrip key={chosen.id} id={chosen.road.id} mode={chosen.road.mode} now={known.hour} again={known.at} />
          ) : (
            <p className="form-hint">{t(`roads.placeText.${chosen.place.why}`, { count: chosen.place.drives, days: format.count(chosen.place.days) })}</p>
          )}
        </section>
      ) : null}
      <Table
        rowKey="id"
        size="middle"
        columns={columns}
        dataSource={[...meant]}
        rowClassName={(row) => (row.id === id ? 'is-chosen' : '')}
        onChange={(_, filters) => setShownKinds((filters['kind'] as readonly string[] | null) ?? null)}
        pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
        scroll={{ x: 900 }}
        locale={{ emptyText: <p className="table-empty">{t('roads.noneMeant')}</p> }}
      />
    </>
  )
}
