// ✅ Good
tracer.startSpan('http.client.request', {
attributes: {
'http.method': 'POST',
'http.url': '/api/users',
'http.status_code': 200,
},
});

// ❌ Bad
tracer.startSpan('API Call', {
attributes: { url: '/api/users' },
});
