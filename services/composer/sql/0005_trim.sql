-- Twice the upper quartile: three times it let fifty hostile studios of a thousand cost 8 % (bench/composer).
update composer.setting set value = 2 where name = 'trim_factor' and value = 3;
