/** The words of `officer`. Importing this file makes them known. */
import { addCatalogue } from '../i18n.ts'
import en from './en/officer.json' with { type: 'json' }
import zh from './zh-CN/officer.json' with { type: 'json' }

addCatalogue('officer', { 'zh-CN': zh, en })
