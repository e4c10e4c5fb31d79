# Lo que la agencia hace por sí sola, y los momentos en que no lo hizo.

jobs = Trabajos
jobs-intro = El servidor hace estas cosas por sí solo. Tú puedes cambiar cuándo.
jobs-zone = Las horas son las de { $zone }.
jobs-zone-named = Las horas están en { $name }.
jobs-heard = El servidor trabajó por última vez: { $time }.
jobs-alarm = Los correos van tarde, o la parte del servidor que los envía se ha parado. Revisa el servidor.
clock-jumped = El reloj del servidor dio un salto
clock-stopped = Ahora no sale ningún correo ni se hace ningún trabajo. Con un reloj equivocado saldrían a destiempo.
clock-what = El reloj del servidor marcó { $shown }. Debía marcar { $expected }.
clock-now = Ahora marca { $time }.
clock-help = Mira tu propio reloj. Si el del servidor está mal, pide que lo pongan en hora: entonces sigue por sí solo. Si está bien, dilo aquí.
clock-confirm = El reloj está bien: seguir
clock-confirm-sure = ¿De verdad es { $time } ahora? Los correos que llegan tarde ya no se envían.
clock-confirm-yes = Sí, seguir
clock-goes-on = El servidor sigue. En «Cuándo estuvo parado el servidor» puedes ver qué no se envió.
job-agenda = Agenda del día
job-agenda-hint = Dice por correo a cada gestor cuándo empiezan las visitas del día. Llega según el reloj de cada uno.
job-retention = Limpieza
job-retention-hint = Borra correos y accesos viejos. Guarda los mensajes, las visitas y el registro.
job-re-resolve = Cambios de hora
job-re-resolve-hint = Mantiene las visitas a su hora cuando un país cambia sus reglas. Las personas reciben la nueva hora por correo.
job-reconciliation = Revisar los correos
job-reconciliation-hint = Mira si cada visita tiene los correos que debe, y los arregla. No debería encontrar nada.
job-series = Visitas que se repiten
job-series-hint = Las reserva con medio año de adelanto. Lo que no se puede reservar va a la lista de cosas por hacer.
job-digest = Mensajes que esperan
job-digest-hint = Dice por correo a cada gestor y supervisor cuántas conversaciones le esperan. Sin nombres. Llega según el reloj de cada uno, y solo si algo espera.
job-paused = En pausa
job-running = Trabajando ahora
job-asked = Empezará en un momento
job-next = Próximas veces
job-first = Próxima vez: { $time }.
job-last = Última vez: { $time }.
job-outcome-done = Salió bien.
job-outcome-failed = Se interrumpió. El registro del servidor dice por qué.
job-outcome-skipped = Se perdió y se dejó pasar.
job-did = { $count ->
    [0] No cambió nada.
    [one] Cambió una cosa.
   *[other] Cambió { $count } cosas.
}
job-run = Hacerlo ahora
job-will-run = { $name } empieza en un momento.
job-pause = Poner en pausa
job-now-paused = { $name } está en pausa.
job-resume = Reanudar
job-resumed = { $name } vuelve a funcionar.
job-change = Cambiar las horas
job-changed = Las horas de { $name } están guardadas.
job-expression = Cuándo se hace
job-expression-hint = Cinco partes: minuto, hora, día, mes, día de la semana. 30 7 * * 1-5 es a las siete y media, de lunes a viernes.
job-both-days = Se hace solo si coinciden el día del mes y el día de la semana.
job-misfire = Si el servidor estaba parado
job-catch-up = Cuántas veces recuperar
misfire-run-once = Hacerlo una vez cuando vuelva
misfire-skip = Dejarlo pasar
misfire-catch-up = Recuperar las últimas veces
cron-fields = Escribe cinco partes separadas por espacios.
cron-malformed = Una parte no se puede leer. Usa números, como 7, 1-5 o 1,15.
cron-both-days = Elegiste un día del mes y un día de la semana. Marca la casilla si deben coincidir los dos.
cron-never = Ese día no existe, así que no se haría nunca.
outages = Cuándo estuvo parado el servidor
outages-intro = Mientras el servidor está parado no sale ningún correo. Lo que llega tarde no se envía después, para que nadie reciba noticias viejas.
outages-none = No hubo ningún momento así en los últimos 14 días.
outage-when = De { $from } a { $until }
outage-not-sent = { $count ->
    [0] No faltó ningún correo.
    [one] No se envió un correo.
   *[other] No se enviaron { $count } correos.
}
outage-nobody = No tienes que llamar a nadie.
outage-about = Por la visita de { $name }
outage-steps = Sin enviar: { $steps }
outage-call = Ya llamé
outage-called = { $name } llamó: { $time }
step-invitation = el aviso de la visita
step-three-days = tres días antes
step-one-day = el día antes
step-one-hour = una hora antes
step-room-open = la sala está abierta
step-cancellation = la visita se cancela
step-agenda = la agenda
step-unread = el correo de que espera un mensaje
step-digest = el número de conversaciones que esperan
