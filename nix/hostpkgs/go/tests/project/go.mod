module initech.example/report

go 1.19

require initech.example/text v1.0.0
