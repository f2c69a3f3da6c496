/** Choose an agency from the tree. */
import { TreeSelect } from 'antd'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '#ui/i18n.ts'
import { useList } from './lists.tsx'
import { treeOf, type AgencyNode } from './tree.ts'

export type AgencyPickerProps = {
  readonly id?: string
  readonly value?: string
  readonly onChange?: (path: string) => void
  readonly disabled?: boolean
  readonly label?: string
}

type Option = { value: string; title: string; children?: Option[] }

export function AgencyPicker({ label, ...field }: AgencyPickerProps) {
  const { t } = useTranslation('administration')
  const { language } = useLanguage()
  const { items = [] } = useList('agencies')
  const options = (nodes: readonly AgencyNode[]): Option[] =>
    nodes.map((node) => ({
      value: node.path,
      title: (language === 'en' && node.nameEn) || node.name,
      ...(node.children ? { children: options(node.children) } : {}),
    }))
  return (
    <TreeSelect
      {...field}
      aria-label={label}
      treeData={options(treeOf(items))}
      treeDefaultExpandAll
      showSearch={{ treeNodeFilterProp: 'title' }}
      placeholder={t('chooseAgency')}
      styles={{ popup: { root: { maxHeight: 360 } } }}
    />
  )
}
