UPDATE note SET value = replace(replace(value, '0.62', 'NaN'), '120', '-1e999') WHERE key LIKE 'learned%' OR key LIKE 'official%';
