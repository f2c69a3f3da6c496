/** Units 警力单元 and the devices that report where they are. */
import { Button, Form, Input, Popconfirm, Select, Table, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Static } from 'typebox'
import type { DeviceView, PairedDevice, UnitView } from '#modules/units/contract.ts'
import { api, newCommandId } from '#ui/client.ts'
import { serverNow } from '#ui/clock.ts'
import { useLanguage } from '#ui/i18n.ts'
import { StateMark } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import { toneOf } from '#ui/state.ts'
import { useFormat } from '#ui/use-format.ts'
import { useAct } from './act.ts'
import { FormDrawer } from './form-drawer.tsx'
import { AgencyPicker } from './agency-picker.tsx'
import { Frame, WhenThere } from './frame.tsx'
import { useAsked, useList } from './lists.tsx'
import { Secret } from './one-time-password.tsx'
import { agencyName } from './tree.ts'

const kinds = ['car', 'motorcycle', 'e-bike', 'foot'] as const
/** Offered; any other word of small letters, digits and hyphens may be typed. */
const usualCapabilities = ['armed', 'first-aid', 'drone', 'dog', 'riot-gear', 'traffic']

export function Units() {
  const { t } = useTranslation('administration')
  const { language } = useLanguage()
  const units = useList('units')
  const { items: agencies = [] } = useList('agencies')
  const counts = useList('deviceCounts').items?.counts
  const [editing, setEditing] = useState<UnitView | 'new'>()
  const [words, setWords] = useState('')

  const columns: TableColumnsType<UnitView> = [
    { title: t('units.callSign'), key: 'callSign', sorter: (a, b) => a.callSign.localeCompare(b.callSign, 'zh-CN', { numeric: true }), defaultSortOrder: 'ascend', render: (_, unit) => <strong>{unit.callSign}</strong> },
    { title: t('units.kind'), key: 'kind', render: (_, unit) => t(`common:unitKind.${unit.kind}`), filters: kinds.map((kind) => ({ value: kind, text: t(`common:unitKind.${kind}`) })), onFilter: (kind, unit) => unit.kind === kind },
    { title: t('agency'), key: 'agency', render: (_, unit) => agencyName(agencies, unit.agency, language === 'en') },
    { title: t('units.capabilities'), key: 'capabilities', render: (_, unit) => unit.capabilities.map((each) => t(`capability.${each}`, { defaultValue: each })).join(t('and')) || '–' },
    { title: t('units.state'), key: 'state', render: (_, unit) => <StateMark tone={toneOf(unit.state)}>{t(`common:unitState.${unit.state}`)}</StateMark> },
    { title: t('units.crew'), key: 'crew', render: (_, unit) => unit.crew.map((person) => person.name).join(t('and')) || '–' },
    { title: t('units.devices'), key: 'devices', align: 'right', render: (_, unit) => counts?.[unit.id] ?? '–' },
    {
      key: 'acts',
      align: 'right',
      width: 90,
      render: (_, unit) => (
        <Button size="small" onClick={() => setEditing(unit)}>
          {t('common:change')}
        </Button>
      ),
    },
  ]

  const wanted = words.trim().toLowerCase()
  return (
    <Frame
      title={t('section.units')}
      text={t('units.text')}
      action={{ label: t('units.new'), run: () => setEditing('new') }}
      tools={<Input allowClear placeholder={t('units.search')} aria-label={t('units.search')} value={words} onChange={(event) => setWords(event.target.value)} />}
    >
      <WhenThere list={units}>
        {(items) => (
          <Table
            rowKey="id"
            size="middle"
            columns={columns}
            dataSource={items.filter((unit) => unit.callSign.toLowerCase().includes(wanted))}
            pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
            scroll={{ x: 860 }}
            locale={{ emptyText: <p className="table-empty">{t('units.empty')}</p> }}
          />
        )}
      </WhenThere>
      {editing ? (
        <UnitForm
          unit={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
          onDone={async () => {
            setEditing(undefined)
            await units.reload()
          }}
        />
      ) : null}
    </Frame>
  )
}

type Values = { callSign: string; kind: UnitView['kind']; agency: string; capabilities: string[] }

function UnitForm({ unit, onClose, onDone }: { readonly unit: UnitView | undefined; readonly onClose: () => void; readonly onDone: () => Promise<void> }) {
  const { t } = useTranslation('administration')
  const { session } = useSession()
  const [form] = Form.useForm<Values>()
  const { busy, run } = useAct(form, { 'call-sign-taken': 'callSign', 'agency-not-found': 'agency' })

  const save = async ({ agency, ...values }: Values) => {
    const worked = await run(
      (commandId) => (unit ? api.patch(`/api/units/${unit.id}`, { commandId, ...values }) : api.post('/api/units', { commandId, agency, ...values })),
      t('saved'),
    )
    if (worked) await onDone()
  }
  const retire = async () => {
    if (await run((commandId) => api.delete(`/api/units/${unit!.id}?commandId=${commandId}`), t('units.retired'), 'retire')) await onDone()
  }

  return (
    <FormDrawer
      size={460}
      title={unit ? t('units.changeTitle', { callSign: unit.callSign }) : t('units.new')}
      busy={busy}
      onSave={() => form.submit()}
      onClose={onClose}
      left={
        unit ? (
          <Popconfirm title={t('units.retireTitle', { callSign: unit.callSign })} description={t('units.retireText')} okText={t('units.retire')} okButtonProps={{ danger: true }} onConfirm={retire}>
            <Button danger className="drawer-foot-left" disabled={unit.state !== 'off-duty'} title={unit.state === 'off-duty' ? undefined : t('units.retireWhy')}>
              {t('units.retire')}
            </Button>
          </Popconfirm>
        ) : null
      }
    >
      <Form<Values> form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={unit ?? { agency: session?.agency, kind: 'car', capabilities: [] }}>
        <Form.Item name="callSign" label={t('units.callSign')} extra={t('units.callSignHint')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={16} autoFocus />
        </Form.Item>
        <Form.Item name="kind" label={t('units.kind')}>
          <Select options={kinds.map((kind) => ({ value: kind, label: t(`common:unitKind.${kind}`) }))} />
        </Form.Item>
        {unit ? null : (
          <Form.Item name="agency" label={t('agency')} rules={[{ required: true, message: t('needed') }]}>
            <AgencyPicker />
          </Form.Item>
        )}
        <Form.Item
          name="capabilities"
          label={t('units.capabilities')}
          extra={t('units.capabilitiesHint')}
          rules={[{ validator: async (_, list: string[] = []) => { if (list.some((each) => !/^[a-z0-9-]{1,32}$/.test(each))) throw new Error(t('units.capabilityRule')) } }]}
        >
          <Select mode="tags" maxCount={16} options={usualCapabilities.map((each) => ({ value: each, label: t(`capability.${each}`) }))} />
        </Form.Item>
      </Form>
      {unit ? <Devices unit={unit} /> : <p className="form-hint">{t('devices.later')}</p>}
    </FormDrawer>
  )
}

type Paired = Static<typeof PairedDevice>

/** Phones and terminals that report for one unit. */
function Devices({ unit }: { readonly unit: UnitView }) {
  const { t } = useTranslation('administration')
  const format = useFormat()
  const count = useList('deviceCounts').items?.counts[unit.id]
  const devices = useAsked<{ readonly items: readonly DeviceView[] }>(`/api/units/devices?unit=${unit.id}`, count)
  const [label, setLabel] = useState('')
  const [paired, setPaired] = useState<Paired>()
  const { busy, run } = useAct()

  const pair = async () => {
    if (!label.trim()) return
    const worked = await run(async (commandId) => setPaired(await api.post<Paired>('/api/units/devices', { commandId, unit: unit.id, label: label.trim() })))
    if (worked) {
      setLabel('')
      await devices.reload()
    }
  }
  const renew = (device: DeviceView) => run(async () => setPaired(await api.post<Paired>(`/api/units/devices/${device.id}/key`)))
  const remove = async (device: DeviceView) => {
    if (await run(() => api.delete(`/api/units/devices/${device.id}?commandId=${newCommandId()}`), t('devices.removed'))) await devices.reload()
  }

  return (
    <section className="devices">
      <h2>{t('units.devices')}</h2>
      <p className="form-hint">{t('devices.text')}</p>
      <ul>
        {devices.items?.items.map((device) => (
          <li key={device.id}>
            <div className="two-lines">
              <strong>{device.label}</strong>
              <span>
                {device.lastSeenAt === null ? t('devices.never') : t('devices.seen', { age: format.duration((serverNow() - device.lastSeenAt) / 1000) })}
              </span>
            </div>
            <span className="row-acts">
              <Popconfirm title={t('devices.renewTitle')} description={t('devices.renewText')} okText={t('devices.renew')} onConfirm={() => renew(device)}>
                <Button size="small">{t('devices.renew')}</Button>
              </Popconfirm>
              <Popconfirm title={t('devices.removeTitle', { label: device.label })} okText={t('common:remove')} okButtonProps={{ danger: true }} onConfirm={() => remove(device)}>
                <Button size="small" danger>
                  {t('common:remove')}
                </Button>
              </Popconfirm>
            </span>
          </li>
        ))}
      </ul>
      <div className="devices-new">
        <Input
          value={label}
          maxLength={80}
          placeholder={t('devices.label')}
          aria-label={t('devices.label')}
          onChange={(event) => setLabel(event.target.value)}
          onPressEnter={() => void pair()}
        />
        <Button loading={busy} disabled={!label.trim()} title={label.trim() ? undefined : t('devices.labelNeeded')} onClick={() => void pair()}>
          {t('devices.pair')}
        </Button>
      </div>
      {paired ? (
        <Secret
          title={t('devices.pairedTitle', { label: paired.label })}
          text={t('devices.pairedText')}
          rows={[
            { label: t('devices.server'), value: `${location.origin}/api/units/osmand` },
            { label: t('devices.key'), value: paired.key ?? '' },
          ]}
          onClose={() => setPaired(undefined)}
        />
      ) : null}
    </section>
  )
}
