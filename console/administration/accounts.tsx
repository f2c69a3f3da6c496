/** Accounts 账号: who may sign in, with which rights over which part of the tree. */
import { Alert, Button, Dropdown, Form, Input, Select, Table, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Static } from 'typebox'
import { roles } from '#kernel/actor.ts'
import type { AccountView, OneTimePassword as Issue } from '#modules/organisation/contract.ts'
import { api } from '#ui/client.ts'
import { useNow } from '#ui/clock.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Icon, StateMark } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import { useFormat } from '#ui/use-format.ts'
import { useAct } from './act.ts'
import { FormDrawer } from './form-drawer.tsx'
import { AgencyPicker } from './agency-picker.tsx'
import { Frame, WhenThere } from './frame.tsx'
import { useList } from './lists.tsx'
import { OneTimePassword, type Issued } from './one-time-password.tsx'
import { agencyName } from './tree.ts'

const statusTone = { active: 'free', locked: 'busy', disabled: 'rest' } as const

export function Accounts() {
  const { t } = useTranslation('administration')
  const { language } = useLanguage()
  const { session } = useSession()
  const format = useFormat()
  const now = useNow(30_000)
  const accounts = useList('accounts')
  const { items: agencies = [] } = useList('agencies')
  const { items: members = [] } = useList('members')
  const [editing, setEditing] = useState<AccountView | 'new'>()
  const [issued, setIssued] = useState<Issued>()
  const [words, setWords] = useState('')
  const act = useAct()
  const inEnglish = language === 'en'

  const change = (account: AccountView, path: string, body: object, done: string) =>
    act.run(async (commandId) => {
      await (path === '' ? api.patch(`/api/organisation/accounts/${account.id}`, { commandId, ...body }) : api.post(`/api/organisation/accounts/${account.id}${path}`, { commandId }))
      await accounts.reload()
    }, done)

  const resetPassword = (account: AccountView) =>
    act.run(async (commandId) => {
      const answer = await api.post<Static<typeof Issue>>(`/api/organisation/accounts/${account.id}/password`, { commandId })
      setIssued({ name: account.name, displayName: account.displayName, password: answer.oneTimePassword })
      await accounts.reload()
    })

  const columns: TableColumnsType<AccountView> = [
    {
      title: t('accounts.displayName'),
      key: 'name',
      sorter: (a, b) => a.displayName.localeCompare(b.displayName, 'zh-CN', { numeric: true }),
      render: (_, account) => (
        <div className="two-lines">
          <strong>{account.displayName}</strong>
          <span>{account.name}</span>
        </div>
      ),
    },
    {
      title: t('accounts.grants'),
      key: 'grants',
      render: (_, account) => (
        <ul className="grants">
          {account.grants.map((grant) => (
            <li key={`${grant.role} ${grant.agency}`}>
              {t(`common:role.${grant.role}`)} <span>{agencyName(agencies, grant.agency, inEnglish)}</span>
            </li>
          ))}
        </ul>
      ),
    },
    { title: t('accounts.member'), key: 'member', render: (_, account) => members.find((member) => member.id === account.member)?.name ?? '–' },
    {
      title: t('accounts.status'),
      key: 'status',
      filters: (['active', 'locked', 'disabled'] as const).map((value) => ({ value, text: t(`accounts.is.${value}`) })),
      onFilter: (value, account) => account.status === value,
      render: (_, account) => (
        <div className="two-lines">
          <StateMark tone={statusTone[account.status]}>{t(`accounts.is.${account.status}`)}</StateMark>
          {account.mustChangePassword ? <span>{t('accounts.mustChange')}</span> : null}
        </div>
      ),
    },
    {
      title: t('accounts.lastSignIn'),
      key: 'last',
      sorter: (a, b) => (a.lastSignInAt ?? 0) - (b.lastSignInAt ?? 0),
      render: (_, account) => (
        <div className="two-lines">
          {account.lastSignInAt === null ? t('accounts.never') : <span title={format.fullTime(account.lastSignInAt)}>{t('common:ago', { age: format.duration((now - account.lastSignInAt) / 1000) })}</span>}
          {account.sessions > 0 ? <span>{t('accounts.sessions', { count: account.sessions })}</span> : null}
        </div>
      ),
    },
    {
      key: 'acts',
      align: 'right',
      width: 150,
      render: (_, account) => {
        const own = account.id === session?.account
        return (
          <span className="row-acts">
            <Button size="small" onClick={() => setEditing(account)}>
              {t('common:change')}
            </Button>
            <Dropdown
              trigger={['click']}
              menu={{
                items: [
                  { key: 'password', label: t('accounts.reset'), onClick: () => void resetPassword(account) },
                  ...(account.status === 'locked' ? [{ key: 'unlock', label: t('accounts.unlock'), onClick: () => void change(account, '/unlock', {}, t('accounts.unlocked')) }] : []),
                  { key: 'sessions', label: t('accounts.end'), disabled: account.sessions === 0, onClick: () => void change(account, '/sessions/end', {}, t('accounts.ended')) },
                  ...(own
                    ? []
                    : [
                        { type: 'divider' as const },
                        account.status === 'disabled'
                          ? { key: 'enable', label: t('accounts.enable'), onClick: () => void change(account, '', { disabled: false }, t('accounts.enabled')) }
                          : { key: 'disable', label: t('accounts.disable'), danger: true, onClick: () => void change(account, '', { disabled: true }, t('accounts.disabledNow')) },
                      ]),
                ],
              }}
            >
              <Button size="small" aria-label={t('more', { name: account.displayName })}>
                <Icon name="chevron-down" size={14} />
              </Button>
            </Dropdown>
          </span>
        )
      },
    },
  ]

  const wanted = words.trim().toLowerCase()
  return (
    <Frame
      title={t('section.accounts')}
      text={t('accounts.text')}
      action={{ label: t('accounts.new'), run: () => setEditing('new') }}
      tools={<Input allowClear placeholder={t('accounts.search')} aria-label={t('accounts.search')} value={words} onChange={(event) => setWords(event.target.value)} />}
    >
      <WhenThere list={accounts}>
        {(items) => (
          <Table
            rowKey="id"
            size="middle"
            columns={columns}
            dataSource={items.filter((account) => `${account.name} ${account.displayName}`.toLowerCase().includes(wanted))}
            pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
            scroll={{ x: 860 }}
          />
        )}
      </WhenThere>
      {editing ? (
        <AccountForm
          account={editing === 'new' ? undefined : editing}
          own={editing !== 'new' && editing.id === session?.account}
          onClose={() => setEditing(undefined)}
          onDone={async (created) => {
            setEditing(undefined)
            if (created) setIssued(created)
            await accounts.reload()
          }}
        />
      ) : null}
      {issued ? <OneTimePassword issued={issued} onClose={() => setIssued(undefined)} /> : null}
    </Frame>
  )
}

type Values = { name: string; displayName: string; agency: string; grants: { role: string; agency: string }[]; member?: string | null }

type AccountFormProps = {
  readonly account: AccountView | undefined
  readonly own: boolean
  readonly onClose: () => void
  readonly onDone: (created: Issued | undefined) => Promise<void>
}

function AccountForm({ account, own, onClose, onDone }: AccountFormProps) {
  const { t } = useTranslation('administration')
  const { session } = useSession()
  const { items: members = [] } = useList('members')
  const [form] = Form.useForm<Values>()
  const { busy, run } = useAct(form, { 'account-name-taken': 'name', 'agency-not-found': 'agency', 'member-not-found': 'member' })
  const grants = Form.useWatch('grants', form)
  const member = Form.useWatch('member', form)

  const save = async (values: Values) => {
    let created: Issued | undefined
    const worked = await run(async (commandId) => {
      if (account) {
        const { displayName, agency } = values
        await api.patch(`/api/organisation/accounts/${account.id}`, {
          commandId,
          displayName,
          agency,
          member: values.member ?? null,
          ...(own ? {} : { grants: values.grants }), // nobody changes the rights under their own feet
        })
      } else {
        const { member: chosen, ...rest } = values
        const answer = await api.post<Static<typeof Issue>>('/api/organisation/accounts', { commandId, ...rest, ...(chosen ? { member: chosen } : {}) })
        created = { name: values.name, displayName: values.displayName, password: answer.oneTimePassword }
      }
    }, account ? t('saved') : undefined)
    if (worked) await onDone(created)
  }

  const home = session?.agency
  return (
    <FormDrawer size={460} title={account ? t('accounts.changeTitle', { name: account.displayName }) : t('accounts.new')} busy={busy} saveLabel={account ? t('common:save') : t('accounts.create')} onSave={() => form.submit()} onClose={onClose}>
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={save}
        initialValues={account ?? { agency: home, grants: [{ role: undefined, agency: home }] }}
      >
        <Form.Item name="displayName" label={t('accounts.displayName')} extra={t('accounts.displayNameHint')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={80} autoFocus />
        </Form.Item>
        <Form.Item name="name" label={t('accounts.name')} extra={account ? undefined : t('accounts.nameHint')} rules={[{ required: true, min: 2, message: t('accounts.nameShort') }]}>
          <Input maxLength={64} disabled={account !== undefined} autoCapitalize="none" autoCorrect="off" spellCheck={false} />
        </Form.Item>
        <Form.Item name="agency" label={t('agency')} rules={[{ required: true, message: t('needed') }]}>
          <AgencyPicker />
        </Form.Item>
        <Form.Item name="member" label={t('accounts.member')} extra={t('accounts.memberHint')}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('accounts.noMember')}
            options={members.filter((each) => each.active || each.id === account?.member).map((each) => ({ value: each.id, label: `${each.name} · ${each.staffNumber}` }))}
          />
        </Form.Item>
        {grants?.some((grant) => grant?.role === 'officer') && !member ? <Alert type="warning" showIcon title={t('accounts.officerNeedsMember')} className="form-alert" /> : null}
        <fieldset className="form-set" disabled={own}>
          <legend>{t('accounts.grants')}</legend>
          {own ? <p className="form-hint">{t('accounts.ownGrants')}</p> : null}
          <Form.List name="grants">
            {(fields, { add, remove }) => (
              <>
                {fields.map((field) => (
                  <div key={field.key} className="grant-row">
                    <Form.Item name={[field.name, 'role']} rules={[{ required: true, message: t('needed') }]}>
                      <Select
                        aria-label={t('accounts.role')}
                        disabled={own}
                        placeholder={t('accounts.role')}
                        options={roles.map((role) => ({ value: role, label: t(`common:role.${role}`) }))}
                      />
                    </Form.Item>
                    <Form.Item name={[field.name, 'agency']} rules={[{ required: true, message: t('needed') }]}>
                      <AgencyPicker label={t('accounts.over')} disabled={own} />
                    </Form.Item>
                    <Button type="text" aria-label={t('common:remove')} disabled={own || fields.length === 1} onClick={() => remove(field.name)}>
                      <Icon name="close" size={14} />
                    </Button>
                  </div>
                ))}
                <Button type="dashed" block disabled={own || fields.length >= 16} onClick={() => add({ agency: home })}>
                  {t('accounts.addGrant')}
                </Button>
              </>
            )}
          </Form.List>
        </fieldset>
      </Form>
    </FormDrawer>
  )
}
