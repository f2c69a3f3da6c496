/** Devices 定位设备: what reports where units are, who knocked and is not known, and what is wrong with those that fall silent. */
import { App, Button, Form, Input, InputNumber, Select, Switch, Table, Tabs, type TableColumnsType } from 'antd'
import { useEffect, useRef, useState } from 'react'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { Static } from 'typebox'
import type { AlarmView, DeviceQuery, DeviceView, DownlinkView, PairedDevice, RawFrameView, StrangerView, TerminalCommand, TerminalPorts } from '#modules/units/contract.ts'
import { api } from '#ui/client.ts'
import { serverNow } from '#ui/clock.ts'
import { Empty, Icon, StateMark } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import { useAct } from './act.ts'
import { devices, useDevicePage } from './device-page.ts'
import { ageOf, conditionOf, openPorts, skewIsLarge, tonesOfCondition } from './device-rows.ts'
import { changesOf, followed, sparable, valuesOf, type SettingsValues } from './device-settings.ts'
import { FormDrawer } from './form-drawer.tsx'
import { Frame, WhenThere } from './frame.tsx'
import { useAsked, useList } from './lists.tsx'
import { Secret } from './one-time-password.tsx'

const protocols = ['jt808', 'gt06', 'h02', 'phone'] as const
const states = ['online', 'silent', 'never'] as const
const pageSize = 50
const turns = { ascend: 'ascending', descend: 'descending' } as const
/** Whoever moves the pointer is about to click. */
const heldMs = 3_000

/** What is looked for, and where in it. */
type Search = Pick<DeviceQuery, 'protocol' | 'state' | 'sort' | 'order'> & { readonly page: number }

export function Devices() {
  const { t } = useTranslation('administration')
  const format = useFormat()
  const [search, setSearch] = useState<Search>({ page: 1 })
  const [words, setWords] = useState('')
  const [q, setQ] = useState('')
  const [opened, setOpened] = useState<string>()
  const [adopting, setAdopting] = useState<StrangerView>()
  const [isNew, setIsNew] = useState(false)
  const movedAt = useRef(-Infinity)
  const { page: at, ...rest } = search
  const { page, strangers, isAsking } = useDevicePage({ ...rest, q, offset: (at - 1) * pageSize, limit: pageSize }, () => performance.now() - movedAt.current < heldMs, opened)
  const total = page.items?.total ?? 0

  // not with every key
  useEffect(() => {
    const timer = window.setTimeout(() => {
      if (words.trim() === q) return
      setQ(words.trim())
      setSearch((before) => ({ ...before, page: 1 }))
    }, 250)
    return () => window.clearTimeout(timer)
  }, [words, q])
  // its last device is gone
  useEffect(() => {
    if (!isAsking && total > 0 && (at - 1) * pageSize >= total) setSearch((before) => ({ ...before, page: Math.ceil(total / pageSize) }))
  }, [at, isAsking, total])

  const sortable = (sort: NonNullable<DeviceQuery['sort']>) => ({ key: sort, sorter: true, sortOrder: search.sort !== sort ? null : search.order === 'descending' ? ('descend' as const) : ('ascend' as const) })
  const columns: TableColumnsType<DeviceView> = [
    {
      title: t('device.device'),
      ...sortable('label'),
      render: (_, { label, terminal }) => (
        <span className="two-lines">
          <strong>{label}</strong>
          <span className="numbers">{terminal ?? t('device.byKey')}</span>
        </span>
      ),
    },
    { title: t('device.unit'), dataIndex: 'callSign', ...sortable('callSign') },
    {
      title: t('device.protocol'),
      key: 'protocol',
      filters: protocols.map((value) => ({ value, text: t(`device.protocols.${value}`) })),
      filterMultiple: false,
      filteredValue: search.protocol ? [search.protocol] : null,
      render: (_, { protocol, status: { dialect } }) => (
        <span className="two-lines">
          <span>{t(`device.protocols.${protocol}`)}</span>
          <span>{dialect === null ? '' : t(`device.dialects.${dialect}`)}</span>
        </span>
      ),
    },
    {
      title: t('device.state'),
      key: 'state',
      filters: states.map((value) => ({ value, text: t(`device.states.${value}`) })),
      filterMultiple: false,
      filteredValue: search.state ? [search.state] : null,
      render: (_, device) => <StateMark tone={tonesOfCondition[conditionOf(device)]}>{t(`device.states.${conditionOf(device)}`)}</StateMark>,
    },
    {
      title: t('device.seen'),
      ...sortable('seen'),
      render: (_, { lastSeenAt }) => (lastSeenAt === null ? '–' : t('device.ago', { age: format.duration(ageOf(lastSeenAt, serverNow())) })),
    },
    {
      title: t('device.battery'),
      ...sortable('battery'),
      align: 'right',
      render: (_, { status: { batteryPercent } }) => (batteryPercent === null ? '–' : format.share(batteryPercent / 100, 0)),
    },
    {
      title: t('device.clock'),
      ...sortable('clock'),
      align: 'right',
      render: (_, { status: { clockSkewMs } }) =>
        clockSkewMs === null ? '–' : <span className={skewIsLarge(clockSkewMs) ? 'device-warning' : ''}>{t(clockSkewMs >= 0 ? 'device.ahead' : 'device.behind', { time: format.duration(Math.abs(clockSkewMs) / 1000) })}</span>,
    },
    {
      title: t('device.positions'),
      ...sortable('accepted'),
      align: 'right',
      render: (_, { status }) => (
        <span className="two-lines numbers">
          <span>{format.count(status.accepted)}</span>
          <span className={status.rejected + status.flagged + status.malformed > 0 ? 'device-warning' : ''}>{t('device.notUsed', { number: format.count(status.rejected + status.flagged + status.malformed + status.unusable) })}</span>
        </span>
      ),
    },
    {
      key: 'acts',
      align: 'right',
      width: 90,
      render: (_, { id }) => (
        <Button size="small" onClick={() => setOpened(id)}>
          {t('device.open')}
        </Button>
      ),
    },
  ]

  /** Where terminals are heard, in one sentence. */
  const listening = (ports: TerminalPorts) => {
    const open = openPorts(ports).map(({ protocol, port }) => t('device.port', { protocol: t(`device.ports.${protocol}`), port }))
    return open.length === 0 ? t('device.noPorts') : t('device.listening', { ports: open.join(t('and')) })
  }
  const chosen = opened === undefined ? undefined : (page.items?.rows.find(({ id }) => id === opened) ?? page.items?.opened)
  const isNarrowed = q !== '' || search.protocol !== undefined || search.state !== undefined
  return (
    <Frame
      title={t('section.devices')}
      text={strangers ? listening(strangers.ports) : t('device.text')}
      action={{ label: t('device.new'), run: () => setIsNew(true) }}
      tools={<Input allowClear maxLength={80} placeholder={t('device.search')} aria-label={t('device.search')} value={words} onChange={(event) => setWords(event.target.value)} />}
    >
      {strangers?.isClockDoubted ? (
        <p className="retention-warning" role="alert">
          <Icon name="alert" /> <span>{t('device.clockDoubted')}</span>
        </p>
      ) : null}
      {strangers?.isWhole === false || page.items?.isWhole === false ? (
        <p className="form-hint" role="status">
          {t('device.notWhole')}
        </p>
      ) : null}
      <div onPointerMove={() => void (movedAt.current = performance.now())}>
        {strangers && strangers.items.length > 0 ? <StrangersList items={strangers.items} onAdopt={setAdopting} /> : null}
        <WhenThere list={page}>
          {({ rows }) =>
            total === 0 && !isNarrowed && !isAsking ? (
              <Empty icon="signal" title={t('device.empty')}>
                {t('device.emptyText')}
              </Empty>
            ) : (
              <Table
                rowKey="id"
                size="middle"
                columns={columns}
                dataSource={rows as DeviceView[] /* antd only reads */}
                loading={{ spinning: isAsking, delay: 400 }}
                onChange={({ current = 1 }, filters, sorter, { action }) => {
                  const { columnKey, order } = Array.isArray(sorter) ? sorter[0]! : sorter
                  setSearch({
                    page: action === 'paginate' ? current : 1,
                    protocol: protocols.find((value) => value === filters['protocol']?.[0]),
                    state: states.find((value) => value === filters['state']?.[0]),
                    ...(order && { sort: columnKey as DeviceQuery['sort'], order: turns[order] }), // the keys of what sorts are its names
                  })
                }}
                pagination={{ current: at, pageSize, total, hideOnSinglePage: true, showSizeChanger: false, showQuickJumper: total > 10 * pageSize, showTotal: (number) => t('device.total', { number: format.count(number) }) }}
                locale={{ emptyText: <p className="table-empty">{t('device.nothingFound')}</p> }}
                scroll={{ x: 'max-content' }}
              />
            )
          }
        </WhenThere>
      </div>
      {chosen ? <DeviceDrawer key={chosen.id} device={chosen} onClose={() => setOpened(undefined)} onChanged={page.reload} /> : null}
      {adopting ? <AdoptForm stranger={adopting} onClose={() => setAdopting(undefined)} onDone={page.reload} /> : null}
      {isNew ? <NewForm onClose={() => setIsNew(false)} onDone={page.reload} /> : null}
    </Frame>
  )
}

/** Three rows: the registry below is in sight. */
const strangersAtFirst = 9
const strangersMore = 60

/** Who knocked: nothing of them is kept until somebody says whose they are. */
function StrangersList({ items, onAdopt }: { readonly items: readonly StrangerView[]; readonly onAdopt: (stranger: StrangerView) => void }) {
  const { t } = useTranslation('administration')
  const format = useFormat()
  const [words, setWords] = useState('')
  const [shown, setShown] = useState(strangersAtFirst)
  const found = items.filter(({ name }) => name.toLowerCase().includes(words.trim().toLowerCase()))
  return (
    <section className="strangers" aria-label={t('device.strangers')}>
      <header>
        <h2>{t('device.strangersTitle', { number: format.count(items.length) })}</h2>
        {items.length > strangersAtFirst ? <Input allowClear size="small" placeholder={t('device.strangersSearch')} aria-label={t('device.strangersSearch')} value={words} onChange={(event) => setWords(event.target.value)} /> : null}
      </header>
      <p className="form-hint">{t('device.strangersText')}</p>
      {found.length === 0 ? <p className="form-hint">{t('device.nothingFound')}</p> : null}
      <ul>
        {found.slice(0, shown).map((stranger) => (
          <li key={stranger.id}>
            <span className="two-lines">
              <strong className="numbers">{stranger.name}</strong>
              <span>
                {t(`device.protocols.${stranger.protocol}`)} · {t('device.times', { number: format.count(stranger.times) })} · {t('device.ago', { age: format.duration(ageOf(stranger.lastAt, serverNow())) })}
              </span>
            </span>
            <Button size="small" type="primary" onClick={() => onAdopt(stranger)}>
              {t('device.adopt')}
            </Button>
          </li>
        ))}
      </ul>
      {found.length > shown ? (
        <Button size="small" type="link" onClick={() => setShown(shown + strangersMore)}>
          {t('device.strangersMore', { number: format.count(found.length - shown) })}
        </Button>
      ) : null}
    </section>
  )
}

/** Units by call sign, to choose from by typing. */
function UnitPicker(given: { readonly value?: string; readonly onChange?: (unit: string) => void; readonly id?: string }) {
  const { t } = useTranslation('administration')
  const { items: units = [] } = useList('units')
  return <Select {...given} showSearch autoFocus optionFilterProp="label" placeholder={t('device.chooseUnit')} options={units.map(({ id, callSign }) => ({ value: id, label: callSign }))} />
}

function AdoptForm({ stranger, onClose, onDone }: { readonly stranger: StrangerView; readonly onClose: () => void; readonly onDone: () => Promise<void> }) {
  const { t } = useTranslation('administration')
  const [form] = Form.useForm<{ unit: string; label: string }>()
  const { busy, run } = useAct(form, { 'unit-not-found': 'unit' })
  const save = async (values: { unit: string; label: string }) => {
    if (!(await run((commandId) => api.post(`/api/units/strangers/${stranger.id}/adopt`, { commandId, ...values }), t('device.adopted'), JSON.stringify(values)))) return
    onClose()
    await onDone()
  }
  return (
    <FormDrawer size={420} title={t('device.adoptTitle', { name: stranger.name })} busy={busy} saveLabel={t('device.adopt')} onSave={() => form.submit()} onClose={onClose}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={{ label: stranger.protocol === 'phone' ? t('device.usualLabel.phone') : t('device.usualLabel.terminal') }}>
        <Form.Item name="unit" label={t('device.unit')} rules={[{ required: true, message: t('needed') }]}>
          <UnitPicker />
        </Form.Item>
        <Form.Item name="label" label={t('device.label')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={80} />
        </Form.Item>
        {stranger.protocol === 'phone' ? <p className="form-hint">{t('device.adoptPhone')}</p> : null}
      </Form>
    </FormDrawer>
  )
}

type NewValues = { unit: string; label: string; protocol: (typeof protocols)[number]; terminal?: string }
type Paired = Static<typeof PairedDevice>

function NewForm({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => Promise<void> }) {
  const { t } = useTranslation('administration')
  const [form] = Form.useForm<NewValues>()
  const { busy, run } = useAct(form, { 'unit-not-found': 'unit', 'terminal-taken': 'terminal', 'terminal-needed': 'terminal' })
  const [paired, setPaired] = useState<Paired>()
  const protocol = Form.useWatch('protocol', form)
  const save = async ({ terminal, ...values }: NewValues) => {
    let made: Paired | undefined
    const worked = await run(async (commandId) => (made = await api.post<Paired>('/api/units/devices', { commandId, ...values, ...(values.protocol !== 'phone' && { terminal }) })), undefined, JSON.stringify({ ...values, terminal }))
    if (!worked) return
    await onDone()
    if (made?.key) setPaired(made)
    else onClose()
  }
  if (paired) {
    return (
      <Secret
        title={t('devices.pairedTitle', { label: paired.label })}
        text={t('devices.pairedText')}
        rows={[
          { label: t('devices.server'), value: `${location.origin}/api/units/osmand` },
          { label: t('devices.key'), value: paired.key ?? '' },
        ]}
        onClose={onClose}
      />
    )
  }
  return (
    <FormDrawer size={420} title={t('device.new')} busy={busy} onSave={() => form.submit()} onClose={onClose}>
      <Form<NewValues> form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={{ protocol: 'jt808', label: t('device.usualLabel.terminal') }}>
        <Form.Item name="unit" label={t('device.unit')} rules={[{ required: true, message: t('needed') }]}>
          <UnitPicker />
        </Form.Item>
        <Form.Item name="protocol" label={t('device.protocol')}>
          <Select options={protocols.map((value) => ({ value, label: t(`device.protocols.${value}`) }))} />
        </Form.Item>
        {protocol === 'phone' ? null : (
          <Form.Item name="terminal" label={t('device.terminal')} extra={t(`device.terminalHint.${protocol ?? 'jt808'}`)} rules={[{ required: true, message: t('needed') }, { pattern: /^[0-9A-Za-z]{1,20}$/, message: t('device.terminalRule') }]}>
            <Input maxLength={20} />
          </Form.Item>
        )}
        <Form.Item name="label" label={t('device.label')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={80} />
        </Form.Item>
      </Form>
    </FormDrawer>
  )
}

// ——— one device ———

function DeviceDrawer({ device, onClose, onChanged }: { readonly device: DeviceView; readonly onClose: () => void; readonly onChanged: () => Promise<void> }) {
  const { t } = useTranslation('administration')
  const { modal } = App.useApp()
  const [form] = Form.useForm<SettingsValues>()
  const { busy, run } = useAct(form)
  const opened = useRef(valuesOf(device))

  useEffect(() => {
    const inForm = form.getFieldsValue(true) as Partial<SettingsValues> // also what is hidden
    if (!inForm.through) {
      opened.current = valuesOf(device) // it will be drawn with that
      return
    }
    const { shown, opened: present } = followed(opened.current, inForm as SettingsValues, valuesOf(device)) // all of it is there together
    opened.current = present
    form.setFieldsValue(shown)
  }, [device, form])

  const save = async () => {
    const values = form.getFieldsValue(true) as SettingsValues // as above
    const work = async (commandId: string) => {
      const present = (await devices({ ids: device.id })).items[0] ?? device
      await api.patch(`/api/units/devices/${device.id}`, { commandId, ...changesOf(opened.current, values, present.settings.leftOut) })
    }
    if (await run(work, t('saved'), JSON.stringify(values))) await onChanged()
  }
  const remove = () =>
    void modal.confirm({
      title: t('devices.removeTitle', { label: device.label }),
      okText: t('common:remove'),
      cancelText: t('common:cancel'),
      okButtonProps: { danger: true },
      autoFocusButton: 'cancel',
      async onOk() {
        if (!(await run((commandId) => api.delete(`/api/units/devices/${device.id}?commandId=${commandId}`), t('devices.removed'), 'remove'))) return
        onClose()
        await onChanged()
      },
    })
  const isTerminal = device.protocol !== 'phone'
  const isJt808 = device.protocol === 'jt808'

  return (
    <FormDrawer
      size={560}
      title={`${device.label} · ${device.callSign}`}
      busy={busy}
      left={
        <Button danger className="drawer-left" onClick={remove}>
          {t('common:remove')}
        </Button>
      }
      onSave={() => form.submit()}
      onClose={onClose}
    >
      <Tabs
        items={[
          { key: 'state', label: t('device.tabs.state'), children: <DeviceState device={device} /> },
          {
            key: 'settings',
            label: t('device.tabs.settings'),
            forceRender: true,
            children: (
              <Form<SettingsValues>
                form={form}
                layout="vertical"
                requiredMark={false}
                onFinish={save}
                initialValues={valuesOf(device)}
              >
                <Form.Item name="label" label={t('device.label')} rules={[{ required: true, message: t('needed') }]}>
                  <Input maxLength={80} />
                </Form.Item>
                <Form.Item name="crs" label={t('device.crs')} extra={t('device.crsHint')}>
                  <Select options={[{ value: null, label: t('device.asSaid') }, { value: 'wgs84', label: 'WGS-84' }, { value: 'gcj02', label: 'GCJ-02' }]} />
                </Form.Item>
                {isTerminal ? (
                  <Form.Item name="zoneMinutes" label={t('device.zone')} extra={t('device.zoneHint')} hidden={device.protocol !== 'gt06'}>
                    <InputNumber min={-840} max={840} step={30} suffix={t('device.minutes')} />
                  </Form.Item>
                ) : null}
                <div hidden={!isJt808}>
                  <Form.Item name="version" label={t('device.version')}>
                    <Select options={[{ value: null, label: t('device.asSaid') }, { value: '2013', label: 'JT/T 808-2013' }, { value: '2019', label: 'JT/T 808-2019' }]} />
                  </Form.Item>
                  <Form.Item name="vehiclePlate" label={t('device.plate')} extra={t('device.plateHint')}>
                    <Input maxLength={16} />
                  </Form.Item>
                  <Form.Item name="asksCrew" label={t('device.asksCrew')} extra={t('device.asksCrewHint')} valuePropName="checked">
                    <Switch />
                  </Form.Item>
                  <Form.Item name="keepsFences" label={t('device.keepsFences')} extra={t('device.keepsFencesHint')} valuePropName="checked">
                    <Switch />
                  </Form.Item>
                  <Form.Item name="requiresToken" label={t('device.token')} extra={t('device.tokenHint')} valuePropName="checked">
                    <Switch />
                  </Form.Item>
                </div>
                <fieldset className="device-steps">
                  <legend>{t('device.steps')}</legend>
                  {sparable.map((step) => (
                    <Form.Item key={step} name={['through', step]} valuePropName="checked" label={t(`device.step.${step}`)} extra={t(`device.stepHint.${step}`)}>
                      <Switch size="small" />
                    </Form.Item>
                  ))}
                </fieldset>
              </Form>
            ),
          },
          ...(isJt808 ? [{ key: 'commands', label: t('device.tabs.commands'), children: <Commands device={device} /> }] : []),
          { key: 'alarms', label: t('device.tabs.alarms'), children: <Alarms device={device} /> },
          ...(isTerminal || device.status.malformed > 0 ? [{ key: 'frames', label: t('device.tabs.frames'), children: <Frames device={device} /> }] : []),
        ]}
      />
    </FormDrawer>
  )
}

function DeviceState({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('administration')
  const format = useFormat()
  const { status } = device
  const time = (at: number | null) => (at === null ? '–' : format.dayTime(at))
  const facts: [name: string, value: string][] = [
    [t('device.protocol'), t(`device.protocols.${device.protocol}`)],
    [t('device.terminal'), device.terminal ?? t('device.byKey')],
    [t('device.registered'), time(device.registeredAt)],
    [t('device.seen'), time(device.lastSeenAt)],
    [t('device.lastFix'), time(status.lastFixAt)],
    ...(device.protocol === 'jt808' ? [[t('device.fences'), fencesInWords(device, t, format)] satisfies [string, string]] : []),
  ]
  const counts: [name: string, value: number][] = [
    [t('device.count.frames'), status.frames],
    [t('device.count.malformed'), status.malformed],
    [t('device.count.accepted'), status.accepted],
    [t('device.count.unusable'), status.unusable],
    [t('device.count.tokenRefused'), status.tokenRefused],
    ...Object.entries(status.stopped).map(([step, count]): [string, number] => [t(`device.stopped.${step}`), count]),
  ]
  return (
    <>
      <dl className="map-facts device-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3>{t('device.counts')}</h3>
      <dl className="map-facts device-facts">
        {counts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="numbers">{format.count(value)}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}

/** Which of our fences it keeps, since when, and what became of those it was told last. */
function fencesInWords({ fences, settings }: DeviceView, t: TFunction<'administration'>, format: Pick<ReturnType<typeof useFormat>, 'count' | 'dayTime'>): string {
  if (!fences) return t(settings.keepsFences ? 'device.fencesNone' : 'device.fencesOff')
  const { state, count, since, toldCount, toldAt, leftOut } = fences
  const number = (value: number) => format.count(value)
  const held = count === null || since === null ? '' : t('device.fencesHeld', { number: number(count), time: format.dayTime(since) })
  const told = state === 'held' ? '' : t(`device.fencesTold.${state}`, { number: number(toldCount), time: format.dayTime(toldAt) })
  const left = leftOut > 0 ? t('device.fencesLeftOut', { number: number(leftOut) }) : ''
  const off = settings.keepsFences ? '' : t('device.fencesOff')
  return [held, told, left, off].filter(Boolean).join(t('listSeparator'))
}

function Alarms({ device }: { readonly device: DeviceView }) {
  const { t, i18n } = useTranslation('administration')
  const format = useFormat()
  const alarms = useAsked<{ readonly items: readonly AlarmView[] }>(`/api/units/alarms?device=${device.id}`, device.status.frames)
  return (
    <WhenThere list={alarms}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="form-hint">{t('device.noAlarms')}</p>
        ) : (
          <ol className="device-told">
            {items.map((alarm) => (
              <li key={`${alarm.name} ${alarm.beganAt}`}>
                <span>{t(i18n.exists(`common:deviceAlarm.${alarm.name}`) ? `common:deviceAlarm.${alarm.name}` : 'common:deviceAlarm.other')}</span>
                <span className="numbers">
                  {format.dayTime(alarm.beganAt)} – {alarm.endedAt === null ? t('device.alarmLasts') : format.clockTime(alarm.endedAt)}
                </span>
              </li>
            ))}
          </ol>
        )
      }
    </WhenThere>
  )
}

function Frames({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('administration')
  const format = useFormat()
  const frames = useAsked<{ readonly items: readonly Static<typeof RawFrameView>[] }>(`/api/units/devices/${device.id}/frames`, device.status.frames)
  return (
    <WhenThere list={frames}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="form-hint">{t('device.noFrames')}</p>
        ) : (
          <>
            <p className="form-hint">{t('device.framesText')}</p>
            <ol className="device-frames">
              {items.map((frame, index) => (
                <li key={`${frame.at}-${index}`} className={frame.because ? 'is-wrong' : ''}>
                  <span>
                    {format.clockTime(frame.at)} · {frame.type}
                    {frame.because ? ` · ${frame.because}` : ''}
                  </span>
                  <code>{frame.hex}</code>
                </li>
              ))}
            </ol>
          </>
        )
      }
    </WhenThere>
  )
}

const tonesOfDownlink = { waiting: 'rest', sent: 'en-route', done: 'free', refused: 'busy', expired: 'rest' } as const

const buttons = [
  { word: 'locate', command: { type: 'locate' } },
  { word: 'track', command: { type: 'track', everySeconds: 2, forSeconds: 600 } },
  { word: 'untrack', command: { type: 'track', everySeconds: 0, forSeconds: 0 } },
  { word: 'interval', command: { type: 'interval', seconds: 5 } },
  { word: 'areasAgain', command: { type: 'areas' } },
] as const satisfies readonly { word: string; command: TerminalCommand }[]

function Commands({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('administration')
  const format = useFormat()
  const { isBusy, run } = useAct()
  const [text, setText] = useState('')
  const told = useAsked<{ readonly items: readonly DownlinkView[] }>(`/api/units/devices/${device.id}/commands`, device.status.frames)
  const { reload } = told
  const tell = async (command: TerminalCommand) => {
    const worked = await run((commandId) => api.post(`/api/units/devices/${device.id}/commands`, { commandId, command }), t('device.told'), JSON.stringify(command))
    if (worked) await reload()
    return worked
  }
  const said: TerminalCommand = { type: 'text', text: text.trim() }
  const say = async () => {
    // what was typed meanwhile is the next text
    if (await tell(said)) setText((now) => (now === text ? '' : now))
  }
  return (
    <>
      <div className="device-tell">
        <Input.TextArea rows={2} maxLength={400} value={text} aria-label={t('device.textToSpeak')} placeholder={t('device.textToSpeak')} onChange={(event) => setText(event.target.value)} />
        <div className="device-acts">
          <Button type="primary" loading={isBusy(JSON.stringify(said))} disabled={!text.trim()} title={text.trim() ? undefined : t('device.textNeeded')} onClick={() => void say()}>
            {t('device.command.text')}
          </Button>
          {buttons.map(({ word, command }) => (
            <Button key={word} loading={isBusy(JSON.stringify(command))} onClick={() => void tell(command)}>
              {t(`device.command.${word}`)}
            </Button>
          ))}
        </div>
      </div>
      <WhenThere list={told}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="form-hint">{t('device.noCommands')}</p>
          ) : (
            <ol className="device-told">
              {items.map((one) => (
                <li key={one.id}>
                  <span className="two-lines">
                    <span>{one.command.type === 'text' ? one.command.text : one.command.type === 'track' && one.command.everySeconds === 0 ? t('device.command.untrack') : t(`device.command.${one.command.type}`)}</span>
                    <span>
                      {format.dayTime(one.madeAt)} · {t('device.attempts', { number: format.count(one.attempts) })}
                    </span>
                  </span>
                  <StateMark tone={tonesOfDownlink[one.state]}>{t(`device.downlink.${one.state}`)}</StateMark>
                </li>
              ))}
            </ol>
          )
        }
      </WhenThere>
      <p className="form-hint device-logged">
        <Icon name="note" size={14} /> {t('device.logged')}
      </p>
    </>
  )
}
