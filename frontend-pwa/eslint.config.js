import { readdirSync } from 'node:fs'
import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

const wall = (files, patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
})
const textBelongsInLocales = {
  selector: 'Literal[value=/[\\u4e00-\\u9fff]/], TemplateElement[value.raw=/[\\u4e00-\\u9fff]/]',
  message: 'Text belongs in src/locales.',
}
const fetchBelongsInApi = {
  selector: 'CallExpression[callee.name="fetch"]',
  message: 'Only kernel/api.ts talks to the network.',
}

export default ts.config(
  { ignores: ['dist', 'src/kernel/schema.d.ts'] },
  // Old browsers read this file before they know whether they are too old.
  { files: ['public/start.js'], rules: { '@typescript-eslint/no-unused-vars': ['error', { caughtErrors: 'none' }] } },
  ...ts.configs.strict,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    files: ['src/**/*.{ts,vue}'],
    rules: {
      'no-restricted-syntax': ['error', textBelongsInLocales, fetchBelongsInApi],
      'vue/no-restricted-syntax': ['error', { selector: 'VText[value=/[\\u4e00-\\u9fff]/]', message: 'Text belongs in src/locales.' }],
      'vue/no-v-html': 'error',
      'vue/no-static-inline-styles': 'error',
      'vue/multi-word-component-names': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/attributes-order': 'off',
      'vue/require-default-prop': 'off',
    },
  },
  { files: ['src/kernel/api.ts'], rules: { 'no-restricted-syntax': ['error', textBelongsInLocales] } },
  wall(['src/ui/**'], ['@/kernel/*', '@/features/*', '@/widgets/*', '@/router']),
  wall(['src/kernel/**'], ['@/features/*', '@/ui/*', '@/widgets/*', '@/router']),
  wall(['src/widgets/**'], ['@/features/*', '@/router']),
  ...readdirSync(new URL('./src/features', import.meta.url)).map((name) =>
    wall([`src/features/${name}/**`], [`@/features/!(${name})/**`, '@/router']),
  ),
)
