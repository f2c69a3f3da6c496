/** The words of `setup`. Importing this file makes them known. */
import { addCatalogue } from '../i18n.ts'
import en from './en/setup.json' with { type: 'json' }
import zh from './zh-CN/setup.json' with { type: 'json' }

addCatalogue('setup', { 'zh-CN': zh, en })
