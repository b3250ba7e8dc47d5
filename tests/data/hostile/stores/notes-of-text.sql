UPDATE note SET value = '$(touch PWNED)' WHERE key <> 'host';
