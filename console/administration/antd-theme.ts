/** Ant Design in our own colours: read from theme.css, so that there is one palette. */
import { theme as antd, type ThemeConfig } from 'antd'
import type { Theme } from '#ui/theme.ts'

export function antdTheme(theme: Theme): ThemeConfig {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    algorithm: theme === 'dark' ? antd.darkAlgorithm : antd.defaultAlgorithm,
    cssVar: { key: 'gengfu' },
    token: {
      colorPrimary: colour('accent'),
      colorPrimaryHover: colour('accent-hover'),
      colorPrimaryActive: colour('accent-hover'),
      colorPrimaryBg: colour('selected'),
      colorPrimaryBgHover: colour('selected'),
      colorPrimaryBorder: colour('accent'),
      colorInfo: colour('accent'),
      colorTextLightSolid: colour('on-accent'),
      colorLink: colour('text'),
      colorLinkHover: colour('accent-hover'),
      colorSuccess: colour('free-text'),
      colorWarning: colour('busy-text'),
      colorError: colour('panic-text'),
      colorText: colour('text'),
      colorTextSecondary: colour('text-soft'),
      colorTextTertiary: colour('text-faint'),
      colorTextPlaceholder: colour('text-faint'),
      colorTextDisabled: colour('text-faint'),
      colorTextDescription: colour('text-soft'),
      colorBgBase: colour('panel'),
      colorBgContainer: colour('panel'),
      colorBgElevated: colour('floating'),
      colorBgLayout: colour('ground'),
      colorBorder: colour('line-control'),
      colorBorderSecondary: colour('line'),
      colorSplit: colour('line'),
      controlItemBgActive: colour('selected'),
      controlItemBgActiveHover: colour('selected'),
      controlItemBgHover: colour('raised'),
      controlOutline: 'transparent',
      controlHeight: 32,
      borderRadius: 6,
      fontSize: 13,
      fontFamily: colour('font'),
      // Nothing slides: a list that opens in a drawer on its way in is placed where the drawer no longer is.
      motion: false,
    },
    // the dark algorithm dims what it is given as the primary colour; parts take it as it is
    components: {
      Table: { headerBg: colour('panel'), headerColor: colour('text-soft'), rowHoverBg: colour('raised'), headerSplitColor: 'transparent', cellPaddingBlockMD: 9 },
      Button: { colorPrimary: colour('accent'), colorPrimaryHover: colour('accent-hover'), colorPrimaryActive: colour('accent-hover'), primaryColor: colour('on-accent'), primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', defaultBg: 'transparent', defaultBorderColor: colour('line-control') },
      Switch: { colorPrimary: colour('free'), colorPrimaryHover: colour('free') },
      Input: { colorBgContainer: colour('raised') },
      InputNumber: { colorBgContainer: colour('raised') },
      Select: { selectorBg: colour('raised'), optionSelectedBg: colour('selected') },
      TreeSelect: { nodeSelectedBg: colour('selected') },
      Tooltip: { colorBgSpotlight: colour('accent'), colorTextLightSolid: colour('on-accent') },
      Drawer: { paddingLG: 20 },
    },
  }
}
