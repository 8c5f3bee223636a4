/** PromQL, as far as reading it needs: VitePress brings no grammar of it. */
export const promql = {
  name: 'promql',
  scopeName: 'source.promql',
  patterns: [
    { name: 'comment.line', match: '#.*$' },
    { name: 'string.quoted', match: '"(\\\\.|[^"\\\\])*"|\'(\\\\.|[^\'\\\\])*\'' },
    {
      name: 'keyword.operator',
      match: '\\b(and|bool|by|group_left|group_right|ignoring|offset|on|or|unless|without)\\b',
    },
    { name: 'entity.name.function', match: '\\b[a-z][a-z0-9_]*(?=\\s*\\()' },
    { name: 'entity.name.function', match: '\\b(avg|count|max|min|sum|topk)\\b' },
    { name: 'constant.numeric', match: '\\b\\d+(\\.\\d+)?(ms|[smhdwy])?\\b|\\$__\\w+' },
    { name: 'variable.parameter', match: '\\b[a-zA-Z_]\\w*(?=\\s*(=~|!~|!=|=))' },
    { name: 'keyword.operator', match: '=~|!~|!=|>=|<=|[-+*/%^<>=]' },
  ],
  repository: {},
};
