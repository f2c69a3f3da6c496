/** Retention 保存期限: how long each agency keeps positions, what is really there, and that the sweep ran. */
import { Button, Form, Input, InputNumber, Radio, Table, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AgencyView } from '#modules/organisation/contract.ts'
import type { RetentionView } from '#modules/units/contract.ts'
import { api } from '#ui/client.ts'
import { serverNow } from '#ui/clock.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Icon } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import { useAct } from './act.ts'
import { FormDrawer } from './form-drawer.tsx'
import { Frame, WhenThere } from './frame.tsx'
import { useList } from './lists.tsx'
import { treeOf, type AgencyNode } from './tree.ts'

type Kept = RetentionView['agencies'][number]

export function Retention() {
  const { t } = useTranslation('administration')
  const { language } = useLanguage()
  const format = useFormat()
  const agencies = useList('agencies')
  const retention = useList('retention')
  const [editing, setEditing] = useState<{ readonly agency: AgencyView; readonly kept: Kept }>()

  const paths = new Set(agencies.items?.map(({ path }) => path))
  const isTop = (path: string) => !paths.has(path.slice(0, Math.max(0, path.lastIndexOf('.'))))
  const kept = new Map(retention.items?.agencies.map((each) => [each.agency, each]))
  const columns: TableColumnsType<AgencyNode> = [
    { title: t('agencies.name'), key: 'name', render: (_, agency) => <strong>{(language === 'en' && agency.nameEn) || agency.name}</strong> },
    {
      title: t('retention.days'), key: 'days',
      render: (_, { path }) => {
        const own = kept.get(path)
        if (!own) return '–'
        const how = own.own === null ? t(isTop(path) ? 'retention.usual' : 'retention.asAbove') : own.own > own.days ? t('retention.cut', { days: own.own }) : t('retention.own')
        return (
          <>
            <strong className="numbers">{t('retention.count', { count: own.days })}</strong> <span className="soft">{how}</span>
          </>
        )
      },
    },
    { title: t('retention.units'), key: 'units', align: 'right', render: (_, { path }) => <span className="numbers">{format.count(kept.get(path)?.units ?? 0)}</span> },
    {
      title: t('retention.oldest'), key: 'oldest',
      render: (_, { path }) => {
        const oldest = kept.get(path)?.oldestAt
        return oldest ? <span className="numbers">{format.dayTime(oldest)}</span> : <span className="soft">{t('retention.none')}</span>
      },
    },
    {
      key: 'acts', align: 'right', width: 90,
      render: (_, agency) => {
        const own = kept.get(agency.path)
        return own ? (
          <Button size="small" onClick={() => setEditing({ agency, kept: own })}>
            {t('common:change')}
          </Button>
        ) : null
      },
    },
  ]

  return (
    <Frame title={t('section.retention')} text={t('retention.text')}>
      <WhenThere list={retention}>
        {({ daily, sweep }) => (
          <>
            <SweepNote sweep={sweep} />
            <WhenThere list={agencies}>
              {(items) => <Table rowKey="id" size="middle" columns={columns} dataSource={[...treeOf(items)]} pagination={false} expandable={{ defaultExpandAllRows: true }} scroll={{ x: 'max-content' }} />}
            </WhenThere>
            <h2 className="retention-title">{t('retention.daily')}</h2>
            <p className="soft">{t('retention.dailyText')}</p>
            <Daily daily={daily} />
          </>
        )}
      </WhenThere>
      {editing ? (
        <RetentionForm
          {...editing}
          isTop={isTop(editing.agency.path)}
          onClose={() => setEditing(undefined)}
          onDone={async () => {
            setEditing(undefined)
            await retention.reload()
          }}
        />
      ) : null}
    </Frame>
  )
}

/** The sweep runs each hour; one that failed, or that is long ago, must be seen. */
const lateMs = 2 * 3_600_000

function SweepNote({ sweep }: Pick<RetentionView, 'sweep'>) {
  const { t } = useTranslation('administration')
  const format = useFormat()
  if (!sweep) return <p className="retention-sweep">{t('retention.noSweep')}</p>
  const isLate = serverNow() - sweep.at > lateMs
  const gone = sweep.rowsDeleted === 0 && sweep.daysDropped === 0 ? t('retention.sweptNothing') : t('retention.swept', { days: format.count(sweep.daysDropped), rows: format.count(sweep.rowsDeleted) })
  return (
    <p className={sweep.fault || isLate ? 'retention-sweep is-late' : 'retention-sweep'} role={sweep.fault || isLate ? 'alert' : undefined}>
      <Icon name={sweep.fault || isLate ? 'alert' : 'check'} />
      <span>
        {t('retention.sweepAt', { time: format.fullTime(sweep.at) })} {sweep.fault ? t('retention.fault', { fault: sweep.fault }) : gone} {isLate ? t('retention.late') : ''}
      </span>
    </p>
  )
}

function Daily({ daily: made }: Pick<RetentionView, 'daily'>) {
  const { t } = useTranslation('administration')
  const format = useFormat()
  // tables are made a week ahead; they hold nothing yet
  const daily = made.filter(({ day }) => Date.parse(day) <= serverNow())
  const most = Math.max(1, ...daily.map(({ bytes }) => bytes))
  const total = daily.reduce((sum, { bytes }) => sum + bytes, 0)
  return (
    <table className="retention-daily">
      <thead>
        <tr>
          <th scope="col">{t('retention.day')}</th>
          <th scope="col">{t('retention.rows')}</th>
          <th scope="col">{t('retention.bytes')}</th>
          <th scope="col" aria-hidden="true" />
        </tr>
      </thead>
      <tbody>
        {daily.toReversed().map(({ day, rows, bytes }) => (
          <tr key={day}>
            <th scope="row" className="numbers">{day}</th>
            <td className="numbers">{format.count(rows)}</td>
            <td className="numbers">{format.bytes(bytes)}</td>
            <td aria-hidden="true">
              <i style={{ width: `${(bytes / most) * 100}%` }} />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t('retention.total', { count: daily.length })}</th>
          <td className="numbers">{format.count(daily.reduce((sum, { rows }) => sum + rows, 0))}</td>
          <td className="numbers">{format.bytes(total)}</td>
          <td />
        </tr>
      </tfoot>
    </table>
  )
}

type Values = { how: 'own' | 'above'; days: number; reason: string }

type RetentionFormProps = { readonly agency: AgencyView; readonly kept: Kept; /** There is none above it. */ readonly isTop: boolean; readonly onClose: () => void; readonly onDone: () => Promise<void> }

function RetentionForm({ agency, kept, isTop, onClose, onDone }: RetentionFormProps) {
  const { t } = useTranslation('administration')
  const { language } = useLanguage()
  const [form] = Form.useForm<Values>()
  const how = Form.useWatch('how', form)
  const days = Form.useWatch('days', form)
  const { busy, run } = useAct(form, { 'retention-beyond-above': 'days', 'retention-of-top': 'how' })
  const next = how === 'above' ? kept.most : days
  const save = async (values: Values) => {
    const body = { agency: agency.path, days: values.how === 'above' ? null : values.days, reason: values.reason.trim() }
    if (await run((commandId) => api.put('/api/units/retention', { commandId, ...body }), t('saved'))) await onDone()
  }
  return (
    <FormDrawer size={440} title={t('retention.changeTitle', { name: (language === 'en' && agency.nameEn) || agency.name })} busy={busy} onSave={() => form.submit()} onClose={onClose}>
      <Form<Values> form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={{ how: kept.own === null && !isTop ? 'above' : 'own', days: kept.own ?? kept.days, reason: '' }}>
        <Form.Item name="how" label={t('retention.how')} hidden={isTop}>
          <Radio.Group options={[{ value: 'above', label: t('retention.asAbove') }, { value: 'own', label: t('retention.own') }]} />
        </Form.Item>
        {how === 'own' ? (
          <Form.Item name="days" label={t('retention.days')} extra={t('retention.most', { days: kept.most })} rules={[{ required: true, type: 'integer', min: 1, max: kept.most, message: t('retention.range', { most: kept.most }) }]}>
            <InputNumber min={1} max={180} precision={0} />
          </Form.Item>
        ) : null}
        <Form.Item name="reason" label={t('retention.reason')} extra={t('retention.reasonHint')} rules={[{ required: true, min: 2, whitespace: true, message: t('needed') }]}>
          <Input.TextArea rows={2} maxLength={500} />
        </Form.Item>
        {typeof next === 'number' && next < kept.days ? (
          <p className="retention-warning" role="alert">
            <Icon name="alert" /> {t('retention.shorter', { days: next })}
          </p>
        ) : null}
      </Form>
    </FormDrawer>
  )
}
