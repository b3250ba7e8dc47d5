UPDATE owner SET host = '=cmd' || char(27, 91, 51, 49, 109, 10) || '<script>alert(1)</script>' WHERE id = 2;
UPDATE session SET models = '$(touch PWNED),<b>,=1+1,' || char(27, 93, 8238), plan = '|' || char(27) || '#(touch PWNED)', source = char(7);
UPDATE model SET name = '`touch PWNED`' || char(27, 155, 10);
