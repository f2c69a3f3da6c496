/** The pocket: one column, thumbs only. */
import '#ui/theme.css'
import '#ui/primitives.css'
import '#ui/sign-in/sign-in.css'
import './officer.css'
import '#ui/locales/officer.ts'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { forgetOld } from './known.ts'
import { prepareOffline } from './offline-ready.ts'

// kept pages are found by the address with the slash
if (location.pathname === '/officer') history.replaceState(null, '', '/officer/')
void forgetOld(Date.now())
if (import.meta.env.PROD) void prepareOffline()

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
