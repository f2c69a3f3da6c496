/** The system's Chromium, driven as a person would. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

export const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      '--use-fake-device-for-media-stream', // a microphone that beeps, for pages that were given leave
    ],
  })

export type Language = 'zh-CN' | 'en'
export type Theme = 'light' | 'dark'
export const sizes = { desk: { width: 1366, height: 768 }, wide: { width: 1920, height: 1080 }, phone: { width: 390, height: 844 } } as const

/** A page of its own (own cookies), whose console errors are kept. */
export async function openPage(
  browser: Browser,
  options: { language?: Language; theme?: Theme; size?: { width: number; height: number }; phone?: boolean } & BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  const { language = 'zh-CN', theme = 'dark', size = sizes.desk, phone = false, ...rest } = options
  const context = await browser.newContext({
    locale: language,
    colorScheme: theme,
    viewport: size,
    ...(phone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {}),
    ...rest,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  return { page, complaints }
}
