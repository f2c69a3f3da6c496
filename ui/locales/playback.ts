/** The words of `playback`. Importing this file makes them known. */
import { addCatalogue } from '../i18n.ts'
import en from './en/playback.json' with { type: 'json' }
import zh from './zh-CN/playback.json' with { type: 'json' }

addCatalogue('playback', { 'zh-CN': zh, en })
