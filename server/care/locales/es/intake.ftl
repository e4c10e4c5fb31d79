### Llega una persona nueva: los pasos de quien gestiona el caso y la página de la persona invitada. Palabras
### sencillas: edad de lectura de doce años. Se carga solo con estas páginas.

## Los pasos
intake-steps = Pasos
intake-step = Paso { $at } de { $of }
intake-new = Cliente nuevo
intake-back = Atrás

## ¿Quién es?
intake-who = ¿Quién es el cliente nuevo?
intake-who-hint = Hazlo mientras la persona está contigo. Tarda unos cinco minutos.
intake-name = Nombre completo
intake-name-hint = Como quiere que la llamen. Se guarda bajo llave.
intake-phone-hint = Si lo sabes. También puedes añadirlo después.
intake-add = Agregar este cliente
intake-adding = Agregando…

## ¿Quién ayuda?
intake-helpers = ¿Quién ayuda a { $name }?
intake-helpers-hint = Una hija, un vecino, una cuidadora en casa. También puedes hacerlo más tarde.
intake-helper-add = Agregar a alguien que ayuda
intake-helper-name = Nombre completo de quien ayuda
intake-helper-what = ¿Qué es de { $name }?
intake-helper-what-hint = Por ejemplo: hija
intake-helper-save = Agregar
intake-helper-added = { $name } está en la lista. Ahora anota lo que permite { $client }.
intake-helpers-done = Seguir sin más personas
intake-to-invite = Seguir: invitar a { $name }

## La invitación
intake-invite = Invitar a { $name }
intake-invite-what = { $name } recibe un código para su propio teléfono. Sirve una vez, durante tres días.
intake-invite-person = ¿Está { $name } contigo? Entonces miren ahora las dos pantallas. Si no, puedes imprimir el código.
intake-make = Hacer el código
intake-making = Haciendo el código…
intake-scan = { $name } apunta con la cámara de su teléfono a este cuadro.
intake-square = Un código cuadrado con la invitación para { $name }
intake-or-type = O { $name } abre { $address } y escribe este código:
intake-code = Código
intake-until = Sirve una vez, hasta { $time }.
intake-secret = Muéstralo solo a { $name }. Quien lo tenga podría entrar en su lugar.
intake-waits = Esperando a { $name }…
intake-print = Imprimir
intake-print-hint = Quien entra con un código impreso aparece como «sin comprobar» hasta que se vean.
intake-mail = Enviarlo por correo electrónico
intake-mail-hint = Quien entra con un enlace enviado por correo aparece como «sin comprobar» hasta que se vean. El correo no nombra a nadie.
intake-mail-address = Correo electrónico de { $name }
intake-mail-send = Enviar el enlace
intake-mail-sending = Enviando…
intake-mailed = El enlace va por correo electrónico. Esperando a { $name }…
intake-came-by-mail = Alguien llegó con el enlace del correo. Por eso nadie puede decir que vio las dos pantallas.
intake-stop = Terminar esta invitación
intake-stop-sure = ¿Terminar esta invitación? Después el código no abre nada.
intake-stop-yes = Sí, terminarla
intake-over = Esta invitación terminó. Ya nadie puede usarla.
intake-again = Hacer un código nuevo
intake-elsewhere = Esta invitación se hizo en otro teléfono o computadora. Sigue allí, o haz aquí un código nuevo. Entonces el otro termina.

## Los seis números
intake-came = Alguien llegó con el código
intake-look = Mira el teléfono de { $name }. ¿Están allí los mismos seis números?
intake-yes = Sí, los mismos números
intake-no = No, otros números
intake-saying = Anotando…
intake-left = Todavía puedes decirlo durante { $minutes ->
    [one] un minuto
   *[other] { $minutes } minutos
  }.
intake-no-sure = ¿Otros números, o ninguno? Entonces otra persona usó este código. No la dejamos entrar, y el código termina.
intake-no-yes = No dejar entrar
intake-turned-away = No la dejamos entrar. No ha visto nada. Haz un código nuevo y muéstralo solo a { $name }.
intake-late = Hace más de diez minutos que alguien llegó con el código. Por eso ya no puedes decir que viste las dos pantallas.
intake-late-do = ¿Sabes con seguridad que era { $name }? Entonces puedes dejar entrar a esa persona. Aparece como «sin comprobar» hasta que comparen los números.
intake-let-in = Dejar entrar a { $name }
intake-let-in-sure = ¿Dejar entrar sin haber comparado? Aparece como «sin comprobar».
intake-let-in-yes = Sí, dejar entrar
intake-forged = Hay alguien entre los dos teléfonos. No sigas. No le dejes entrar y avisa a quien cuida las computadoras.

## Listo
intake-done = { $name } ya está dentro
intake-done-verified = Lo comprobaste cara a cara. Todas las personas de sus círculos pueden verlo.
intake-done-not = Aparece como «sin comprobar» hasta que se vean y comparen.
intake-passkey = { $name } crea ahora una llave de acceso en su teléfono. Así vuelve a entrar.
intake-circle = Empezar el primer círculo
intake-circle-title = { $name } y { $mine }
intake-circle-making = Haciendo el círculo…
intake-circle-open = Abrir el círculo
intake-client = A la página de { $name }
intake-next-helper = Invitar también a { $name }

## En la página del cliente
intake-not-here = { $name } todavía no ha entrado.

## Actuar por un cliente
acts-title = Actuar por { $name }
acts-what = Un tutor o representante puede hacer lo que puede { $name }: terminar lo que alguien puede ver, responder sobre visitas, cambiar cómo llegan los correos. Todo queda anotado como hecho en su lugar.
acts-record = Anotar que { $helper } actúa por { $name }
acts-basis = ¿Con qué derecho?
acts-guardian = Tutor (por un juez, o madre o padre de un menor)
acts-representative = Representante (por un poder)
acts-evidence = ¿Qué viste que lo demuestra?
acts-evidence-hint = Por ejemplo: orden del juez del 3 de marzo, número 12-345.
acts-until = ¿Hasta cuándo?
acts-until-hint = Déjalo vacío si no tiene fin.
acts-save = Anotarlo
acts-live = Actúa por { $name } como { $basis }, desde el { $from }
acts-live-until = Actúa por { $name } como { $basis }, desde el { $from } hasta el { $until }
acts-over = Actuó por { $name } hasta el { $until }
acts-guardian-short = tutor
acts-representative-short = representante
acts-evidence-said = Visto: { $evidence }
acts-end = Terminarlo
acts-end-sure = ¿Terminarlo? Desde ahora ya no puede actuar por { $name }.
acts-end-yes = Sí, terminarlo

acts-mine = Actúas por { $name }. Lo que haces aquí queda anotado como hecho en su lugar.
acts-whom = ¿Por quién actúas?
acts-whom-hint = Cada persona tiene su propia página. Lo que haces allí queda anotado como hecho en su lugar.
acts-visits = Visitas
acts-access = Quién ha visto los datos de { $name }
acts-mails = Qué correos recibe { $name }
consent-ended-for = Terminado por { $name } en lugar de { $client }

## El papel
slip-title = Tu invitación
slip-what = Con este papel entras en tu propio teléfono.
slip-scan = Apunta con la cámara de tu teléfono a este cuadro.
slip-type = O abre { $address } y escribe este código:
slip-once = Sirve una vez, hasta { $time }.
slip-keep = No lo muestres a nadie. Quien tenga este papel podría entrar en tu lugar.

## La persona invitada
code-invite-title = Escribe tu código
code-invite-label = Código de tu papel o de la pantalla
code-invite-go = Seguir
code-invite-back = Tengo un enlace
await-title = Muestra estos números a { $name }
await-body = ¿Están los mismos seis números en la otra pantalla? Entonces { $name } toca «Sí, los mismos números».
await-differ = ¿Son diferentes? Dilo enseguida. No sigas.
await-alone = ¿No está { $name } contigo? Deja esta página abierta. Te dejará entrar o te llamará.
await-waiting = Esperando a { $name }…
await-offline = Sin conexión. Seguimos intentando. Deja esta página abierta.
