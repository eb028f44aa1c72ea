// ✅ Good - bounded cardinality
span.setAttribute('http.status_code', 200);
span.setAttribute('user.role', 'admin');

// ❌ Bad - unbounded cardinality
span.setAttribute('user.id', 'user-12345-abcde-...'); // Too unique
span.setAttribute('request.body', JSON.stringify(body)); // Too large
