/** The watch room's page. */
import '#ui/theme.css'
import '#ui/primitives.css'
import './console.css'
import '#ui/locales/command.ts'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
