### Lo que dicen los correos. Palabras sencillas: para leer a los doce años.
### Nada aquí puede decir quién escribe, sobre quién ni por qué: "cita", nunca un tipo de ayuda.
### $day es "martes, 1 de diciembre"; $clock es "10:00 a.m.", o "10:00 a.m. (hora del centro)" donde se pueda confundir
### el reloj; $moment es todo, con el año.

## Nivel 0: solo que hay algo
mail-update-subject = Tiene novedades
mail-update-body = Hay algo nuevo para usted. Abra su página para verlo.

## El enlace de una invitación: siempre de nivel 0
mail-link-body = Este es su enlace. Abre su propia página en este teléfono o computadora.
mail-link-hint = Puede usar el enlace una sola vez, en los próximos tres días. Si no lo esperaba, no tiene que hacer nada.

## Un enlace con el que se elige una hora
mail-choose-subject = Elija una hora para su cita
mail-choose-title = Elija la hora que le convenga
mail-choose-body = El enlace muestra las horas libres. Toque una para apartarla y después resérvela.
mail-choose-hint = El enlace sirve para una sola cita. Si no lo esperaba, no tiene que hacer nada.

## De quién es una dirección: siempre de nivel 0; lo puede leer alguien ajeno
mail-address-subject = ¿Es esta su dirección de correo?
mail-address-title = ¿Es esta su dirección de correo?
mail-address-body = Alguien dio esta dirección de correo para recibir novedades. Si fue usted, abra el enlace y diga que sí.
mail-address-hint = Si no fue usted, no tiene que hacer nada. También puede abrir el enlace y decir que no es usted.

## A quien ha de elegir otra hora: siempre de nivel 0, y nunca por qué
mail-again-body = Hay algo nuevo para usted. Abra el enlace para verlo.

## La respuesta automática a quien nos escribió: siempre de nivel 0
mail-unread-subject = Sobre su correo
mail-unread-title = Aquí no contestamos correos
mail-unread-body = Puede pasar tiempo hasta que alguien lea su correo. Abra su página para decirnos algo.
mail-unread-body-phone = Puede pasar tiempo hasta que alguien lea su correo. Abra su página para decirnos algo, o llámenos al { $phone }.

## Reservada, cambiada, cancelada
mail-invitation-subject = Cita el { $day }, { $clock }
mail-invitation-title = Su cita
mail-invitation-body = Usted tiene una cita.
mail-moved-subject = Nueva hora: cita el { $day }, { $clock }
mail-moved-title = Su cita tiene una nueva hora
mail-moved-body = La hora de su cita cambió. Esta es la nueva hora. La hora anterior ya no vale.
mail-kept-subject = Misma hora: cita el { $day }, { $clock }
mail-kept-title = Su cita sigue a la misma hora
mail-kept-body = Su cita sigue a la hora que usted conoce. Si su calendario muestra otra hora, vale la de este correo.
mail-team-subject = Cambio de equipo: cita el { $day }, { $clock }
mail-team-title = Cambió quién viene a su cita
mail-team-body = No van a estar las mismas personas de nuestro equipo que antes. La hora sigue como usted la conoce.
mail-elsewhere-subject = Cambio de lugar: cita el { $day }, { $clock }
mail-elsewhere-title = Cambió el lugar de su cita
mail-elsewhere-body = Su cita ahora es en otro lugar. La hora sigue como usted la conoce. Abra su página para ver adónde ir.
mail-cleared-subject = Fuera de su calendario: cita el { $day }, { $clock }
mail-cleared-title = Una cita ya no está en su calendario
mail-cleared-body = Ya no se le espera en esta cita. No tiene que hacer nada.
mail-cancellation-subject = Cancelada: cita el { $day }, { $clock }
mail-cancellation-title = Su cita está cancelada
mail-cancellation-body = Esta cita no se va a realizar. No tiene que hacer nada. Si quiere otra hora, abra su página.

## Una serie: un solo correo para todas
mail-series-subject = Citas a partir del { $day }
mail-series-title = Sus citas
mail-series-body = Usted tiene varias citas.
mail-series-moved-subject = Nuevas horas: citas a partir del { $day }
mail-series-moved-title = Sus citas tienen nuevas horas
mail-series-moved-body = Las horas de sus citas cambiaron. Estas son las nuevas horas. Las anteriores ya no valen.
mail-series-off-subject = Canceladas: citas a partir del { $day }
mail-series-off-title = Sus citas están canceladas
mail-series-off-body = Estas citas no se van a realizar. No tiene que hacer nada. Si quiere otras horas, abra su página.
mail-series-off-more = Las siguientes también están canceladas.
mail-series-repeats = Se repite: { $rule }
mail-series-first = Primera: { $moment }
mail-series-then = Después: { $moment }
mail-series-more = Hay más fechas después.
mail-series-hint = “Confirmar o cambiar” es para la primera cita.
mail-series-hint-file = “Confirmar o cambiar” y el archivo de calendario son para la primera cita.
mail-series-hint-reminded = Antes de cada una de las siguientes recibirá un correo. Ahí puede confirmarla o cambiarla.
mail-series-hint-page = Para cambiar una de las siguientes, abra su página.
mail-repeats-days =
    { $count ->
        [one] todos los días
       *[other] cada { $count } días
    }
mail-repeats-weeks =
    { $count ->
        [one] cada semana, { $days }
       *[other] cada { $count } semanas, { $days }
    }
mail-repeats-day = el { $day }
mail-repeats-and = { $before } y { $last }
mail-repeats-month-day =
    { $count ->
        [one] cada mes, el día { $day }
       *[other] cada { $count } meses, el día { $day }
    }
mail-repeats-month-end =
    { $count ->
        [one] cada mes, el último día
       *[other] cada { $count } meses, el último día
    }
mail-repeats-month-nth =
    { $count ->
        [one] cada mes, { $day }
       *[other] cada { $count } meses, { $day }
    }
mail-repeats-first = el primer { $day }
mail-repeats-second = el segundo { $day }
mail-repeats-third = el tercer { $day }
mail-repeats-fourth = el cuarto { $day }
mail-repeats-fifth = el quinto { $day }
mail-repeats-last = el último { $day }

## Recordatorios
mail-reminder-subject = Recordatorio: cita el { $day }, { $clock }
mail-reminder-title = Se acerca su cita
mail-reminder-body = Este es un recordatorio de su cita.
mail-soon-subject = Pronto: cita el { $day }, { $clock }
mail-soon-title = Su cita es en una hora, más o menos
mail-soon-body = Su cita es pronto.
mail-open-subject = Está por empezar: cita el { $day }, { $clock }
mail-open-title = Su cita está por empezar
mail-open-body = Su cita empieza en unos minutos. Ya puede entrar.

## Un recordatorio de varias citas de un mismo día
mail-day-subject = Recordatorio: { $count } citas el { $day }
mail-day-title = Tiene { $count } citas el { $day }
mail-day-body = Este es un recordatorio de sus citas.

## Cuándo, y en el nivel 2 también con quién y dónde
mail-when = Cuándo: { $moment }
mail-until = Hasta: { $clock }
mail-with = Con: { $name }
mail-where = Dónde: { $place }
mail-kind-video = Dónde: por video
mail-kind-phone = Dónde: por teléfono
mail-kind-office = Dónde: en la oficina
mail-kind-home = Dónde: en su casa
mail-kind-community = Dónde: en el lugar que acordaron

## Según qué reloj: se dice junto a una hora a quien pueda pensar en otro, y los días en que los relojes cambian
clock-eastern = hora del este
clock-central = hora del centro
clock-mountain = hora de la montaña
clock-pacific = hora del Pacífico
clock-alaska = hora de Alaska
clock-atlantic = hora del Atlántico
clock-hawaii = hora de Hawái
clock-arizona = hora de Arizona
clock-puerto-rico = hora de Puerto Rico
clock-before = antes del cambio de hora
clock-after = después del cambio de hora

## Botones
mail-button-answer = Confirmar o cambiar
mail-button-see = Ver su cita
mail-button-open = Abrir su página
mail-button-answer-at = Confirmar o cambiar, { $clock }
mail-button-see-at = Ver su cita, { $clock }
mail-button-join-at = Entrar por video, { $clock }
mail-button-join = Entrar por video
mail-button-link = Abrir el enlace

## El día de un trabajador
mail-agenda-subject =
    { $count ->
        [0] Ninguna cita el { $day }
        [one] Una cita el { $day }
       *[other] { $count } citas el { $day }
    }
mail-agenda-title = Sus citas del { $day }
mail-agenda-body =
    { $count ->
        [0] No tiene citas este día.
        [one] Tiene una cita este día. Empieza a esta hora:
       *[other] Tiene { $count } citas este día. Empiezan a estas horas:
    }

## Al personal, por la mañana
mail-digest-subject =
    { $count ->
        [one] Una conversación le espera
       *[other] { $count } conversaciones le esperan
    }
mail-digest-body =
    { $count ->
        [one] Abra su página para verla.
       *[other] Abra su página para verlas.
    }

## Al final
mail-answer-hint = Por favor, diga si va a asistir o pida otra hora.
mail-no-button = Si un botón no funciona, abra el enlace aquí:
mail-unsubscribe = Dejar de recibir correos como este
mail-automatic = Este correo lo escribió una computadora. Por favor, no responda por correo.

## En el archivo de calendario
mail-calendar-summary = Cita
mail-calendar-description = Para confirmarla o cambiarla, use el enlace de su correo.

## En el calendario que otro programa recoge. Lo lee quien tiene su dirección.
feed-name = Horas ocupadas
feed-summary = Ocupado
