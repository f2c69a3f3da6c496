/** The organisation tree 单位: each part sees itself and what is below it. */
import { Button, Form, Input, InputNumber, Select, Table, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AgencyView } from '#modules/organisation/contract.ts'
import { api } from '#ui/client.ts'
import { useLanguage } from '#ui/i18n.ts'
import { useSession } from '#ui/session.tsx'
import { useAct } from './act.ts'
import { FormDrawer } from './form-drawer.tsx'
import { AgencyPicker } from './agency-picker.tsx'
import { Frame, WhenThere } from './frame.tsx'
import { useList } from './lists.tsx'
import { codeFrom, treeOf, type AgencyNode } from './tree.ts'

const kinds = ['province', 'city', 'county', 'station', 'brigade', 'company'] as const

export function Agencies() {
  const { t } = useTranslation('administration')
  const { language } = useLanguage()
  const agencies = useList('agencies')
  const [editing, setEditing] = useState<{ agency?: AgencyView; parent?: string }>()

  const columns: TableColumnsType<AgencyNode> = [
    { title: t('agencies.name'), key: 'name', render: (_, agency) => <strong>{(language === 'en' && agency.nameEn) || agency.name}</strong> },
    { title: t('agencies.kind'), key: 'kind', render: (_, agency) => t(`common:agencyKind.${agency.kind}`) },
    { title: t('agencies.code'), dataIndex: 'path', render: (path: string) => <code>{path}</code> },
    {
      title: t('agencies.place'),
      key: 'place',
      render: (_, agency) => (agency.lon === null || agency.lat === null ? '–' : <span className="numbers">{`${agency.lon.toFixed(5)}, ${agency.lat.toFixed(5)}`}</span>),
    },
    {
      key: 'acts',
      align: 'right',
      width: 190,
      render: (_, agency) => (
        <span className="row-acts">
          <Button size="small" onClick={() => setEditing({ parent: agency.path })}>
            {t('agencies.addBelow')}
          </Button>
          <Button size="small" onClick={() => setEditing({ agency })}>
            {t('common:change')}
          </Button>
        </span>
      ),
    },
  ]

  return (
    <Frame title={t('section.agencies')} text={t('agencies.text')} action={{ label: t('agencies.new'), run: () => setEditing({}) }}>
      <WhenThere list={agencies}>
        {(items) => <Table rowKey="id" size="middle" columns={columns} dataSource={[...treeOf(items)]} pagination={false} expandable={{ defaultExpandAllRows: true }} />}
      </WhenThere>
      {editing ? (
        <AgencyForm
          {...editing}
          onClose={() => setEditing(undefined)}
          onDone={async () => {
            setEditing(undefined)
            await agencies.reload()
          }}
        />
      ) : null}
    </Frame>
  )
}

type Values = { parent: string; label: string; name: string; nameEn?: string | null; kind: AgencyView['kind']; lon?: number | null; lat?: number | null }
type AgencyFormProps = { readonly agency?: AgencyView; readonly parent?: string; readonly onClose: () => void; readonly onDone: () => Promise<void> }

function AgencyForm({ agency, parent, onClose, onDone }: AgencyFormProps) {
  const { t } = useTranslation('administration')
  const { session } = useSession()
  const [form] = Form.useForm<Values>()
  const { busy, run } = useAct(form, { 'agency-path-taken': 'label', 'agency-parent-needed': 'parent', 'place-incomplete': 'lon' })

  const save = async (values: Values) => {
    const { name, nameEn, lon, lat } = values
    const worked = await run(
      (commandId) =>
        agency
          ? api.patch(`/api/organisation/agencies/${agency.id}`, { commandId, name, nameEn: nameEn || null, lon: lon ?? null, lat: lat ?? null })
          : api.post('/api/organisation/agencies', {
              commandId,
              parent: values.parent,
              label: values.label,
              name,
              kind: values.kind,
              ...(nameEn ? { nameEn } : {}),
              ...(lon == null || lat == null ? {} : { lon, lat }),
            }),
      t('saved'),
    )
    if (worked) await onDone()
  }

  return (
    <FormDrawer size={440} title={agency ? t('agencies.changeTitle', { name: agency.name }) : t('agencies.new')} busy={busy} onSave={() => form.submit()} onClose={onClose}>
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={save}
        initialValues={agency ?? { parent: parent ?? session?.agency, kind: 'station' }}
        onValuesChange={(changes) => {
          if (!agency && changes.nameEn !== undefined && !form.isFieldTouched('label')) form.setFieldValue('label', codeFrom(changes.nameEn ?? ''))
        }}
      >
        {agency ? null : (
          <Form.Item name="parent" label={t('agencies.parent')} rules={[{ required: true, message: t('needed') }]}>
            <AgencyPicker />
          </Form.Item>
        )}
        <Form.Item name="name" label={t('agencies.name')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={80} autoFocus />
        </Form.Item>
        <Form.Item name="nameEn" label={t('agencies.nameEn')}>
          <Input maxLength={80} />
        </Form.Item>
        {agency ? null : (
          <>
            <Form.Item name="label" label={t('agencies.code')} extra={t('agencies.codeHint')} rules={[{ required: true, pattern: /^[A-Za-z0-9_]{1,32}$/, message: t('agencies.codeRule') }]}>
              <Input maxLength={32} autoCapitalize="none" spellCheck={false} />
            </Form.Item>
            <Form.Item name="kind" label={t('agencies.kind')}>
              <Select options={kinds.map((kind) => ({ value: kind, label: t(`common:agencyKind.${kind}`) }))} />
            </Form.Item>
          </>
        )}
        <div className="form-pair">
          <Form.Item name="lon" label={t('agencies.lon')}>
            <InputNumber min={-180} max={180} step={0.0001} precision={6} controls={false} />
          </Form.Item>
          <Form.Item name="lat" label={t('agencies.lat')}>
            <InputNumber min={-90} max={90} step={0.0001} precision={6} controls={false} />
          </Form.Item>
        </div>
        <p className="form-hint">{t('agencies.placeHint')}</p>
      </Form>
    </FormDrawer>
  )
}
